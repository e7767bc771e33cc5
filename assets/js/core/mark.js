/** Tells the server what has reached this device (at most once a second) and what was read. */
import { readUpto } from './unread.js';

const SECOND = 1000;

/** @typedef {import('./replica.js').Replica} Replica */

export class Marks {
  #received = 0;
  #due = false;
  /** @type {Map<number, number>} */ #read = new Map();

  /** @param {{ask: (name: string, body: object) => Promise<unknown>, onchange: () => void, replica: Replica, clock: import('./clock.js').Clock}} plug */
  constructor(plug) {
    this.plug = plug;
  }

  /** Again after each welcome: an answer may have been lost on the way. */
  open() {
    const unsaid = [...this.#read];
    this.#read.clear();
    for (const [conversation, upto] of unsaid) this.#say(conversation, upto);
  }

  /** Messages came. */
  received() {
    if (this.#due) return;
    this.#due = true;
    this.plug.clock.after(() => {
      this.#due = false;
      const { version } = this.plug.replica;
      if (version <= this.#received) return;
      this.#received = version;
      this.plug.ask('received', { version }).catch(() => (this.#received = 0));
    }, SECOND);
  }

  /** Somebody looked at everything up to this message. @param {number} conversation @param {string} me @param {number} upto */
  read(conversation, me, upto) {
    const { rows } = this.plug.replica;
    const own = rows.member(conversation, me);
    if (!own || own.read >= upto) return;
    rows.members.get(conversation)?.set(me, readUpto(rows, own, upto));
    this.plug.onchange();
    this.#say(conversation, upto);
  }

  /** @param {number} conversation @param {number} upto */
  #say(conversation, upto) {
    this.#read.set(conversation, upto);
    this.plug
      .ask('read', { conversation, upto })
      .then(() => this.#read.get(conversation) === upto && this.#read.delete(conversation))
      .catch((failure) => failure.code !== 'disconnected' && this.#read.delete(conversation));
  }
}
