/** Messages that somebody waits for: until the server has each, or does not take it. They themselves are in the outbox. */
import { Failure } from '../core/failure.js';
import { freshKey } from '../core/key.js';

/** @typedef {import('../core/wire.js').Message} Message */
/** @typedef {{resolve: (message: Message) => void, reject: (cause: Failure) => void}} Waiting */

export class Letters {
  /** @type {Map<string, Waiting[]>} by key */ #waiting = new Map();

  /** @param {import('../core/messenger.js').Messenger} messenger @param {import('./errand.js').Errands} errands */
  constructor(messenger, errands) {
    this.messenger = messenger;
    this.errands = errands;
  }

  /** @param {string} to @param {string | Omit<import('../core/entry.js').Entry, 'to'|'at'|'key'> & {key?: string}} what @returns {Promise<Message>} */
  send(to, what) {
    const end = this.errands.end();
    if (end) return Promise.reject(end);
    const draft = typeof what === 'string' ? { text: what } : what;
    const key = draft.key ?? freshKey();
    return new Promise((resolve, reject) => {
      this.#waiting.set(key, [...(this.#waiting.get(key) ?? []), { resolve, reject }]);
      this.messenger.outbox.add({ ...draft, to, key });
    });
  }

  /** @param {Message} message one of this user's own */
  sent(message) {
    for (const { resolve } of this.#take(message.key ?? '')) resolve(message);
  }

  /** @param {import('../core/outbox.js').Entry} entry */
  refused({ key, failed }) {
    for (const { reject } of this.#take(key)) reject(new Failure({ code: 'internal', ...failed }));
  }

  /** There will be no connection any more. @param {Failure} cause */
  end(cause) {
    for (const key of [...this.#waiting.keys()]) for (const { reject } of this.#take(key)) reject(cause);
  }

  /** @param {string} key */
  #take(key) {
    const waiting = this.#waiting.get(key) ?? [];
    this.#waiting.delete(key);
    return waiting;
  }
}
