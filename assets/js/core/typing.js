/** Who is writing at this moment, for 6 seconds after the last word of it; and telling others that I am. */

const FORGET = 6000;
const REPEAT = 3000;

export class Typing {
  /** @type {Map<number, Map<string, any>>} */ #who = new Map();
  #told = { conversation: 0, at: 0 };

  /** @param {{ask: (name: string, body: object) => Promise<unknown>, onchange: () => void, clock: import('./clock.js').Clock}} plug */
  constructor(plug) {
    this.plug = plug;
  }

  /** @param {number} conversation @returns {string[]} */
  in(conversation) {
    return [...(this.#who.get(conversation)?.keys() ?? [])];
  }

  /** @param {number} conversation @param {string} user @param {boolean} on */
  take(conversation, user, on) {
    const who = this.#who.get(conversation) ?? new Map();
    this.#who.set(conversation, who);
    this.plug.clock.cancel(who.get(user));
    if (on) who.set(user, this.plug.clock.after(() => this.take(conversation, user, false), FORGET));
    else who.delete(user);
    this.plug.onchange();
  }

  /** I am writing, or no longer. @param {number} conversation @param {boolean} on */
  tell(conversation, on) {
    const now = this.plug.clock.now();
    const told = this.#told.conversation === conversation && now - this.#told.at < REPEAT;
    if (on ? told : this.#told.conversation !== conversation) return;
    this.#told = on ? { conversation, at: now } : { conversation: 0, at: 0 };
    this.plug.ask('typing', { conversation, on }).catch(() => {});
  }
}
