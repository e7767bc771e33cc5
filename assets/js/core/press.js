/** Presses of the buttons of cards. One that nobody has answered keeps its key, so that pressing again is the same press. */
import { Failure } from './failure.js';
import { freshKey } from './key.js';

export class Presses {
  /** @type {Map<string, string>} */ #keys = new Map();
  /** @type {Map<number, Promise<unknown>>} */ #running = new Map();

  /** @param {{ask: (name: string, body: object) => Promise<unknown>}} plug */
  constructor(plug) {
    this.plug = plug;
  }

  /** While a press of a card is on its way, another one is the same. @param {number} message @param {string} action @param {string} [input] */
  act(message, action, input) {
    const running = this.#running.get(message) ?? this.#ask(message, action, input).finally(() => this.#running.delete(message));
    this.#running.set(message, running);
    return running;
  }

  /** @param {number} message @param {string} action @param {string} [input] */
  async #ask(message, action, input) {
    const name = JSON.stringify([message, action, input]);
    const key = this.#keys.get(name) ?? freshKey();
    this.#keys.set(name, key);
    try {
      await this.plug.ask('act', { message, action, input, key });
      this.#keys.delete(name);
    } catch (failure) {
      if (!Failure.of(failure).temporary) this.#keys.delete(name);
      throw failure;
    }
  }
}
