/**
 * Messages that are written and not yet confirmed. Each has a key that never changes, so that sending it again, after a
 * reconnect, a reload or from a second tab, can not make a second message. One leaves at a time, so that order holds.
 *
 * @typedef {{key: string, to: string, text: string, reply_to?: number, mentions?: string[], at: number, epoch?: string, failed?: {code: string, message: string, field?: string}}} Entry
 * @typedef {object} Store keeps texts by name, outliving the page
 * @property {(prefix: string) => Array<[string, string]>} list
 * @property {(name: string, text: string) => void} set
 * @property {(name: string) => void} remove
 */
import { Failure } from './failure.js';
import { freshKey } from './key.js';
import { pause } from './backoff.js';

const TRIES = 3;

/**
 * @typedef {object} Plug
 * @property {(name: string, body: object) => Promise<unknown>} ask
 * @property {() => void} onchange
 * @property {Store} store
 * @property {(entry: Entry) => void} [onrefuse] the server does not take it
 * @property {import('./clock.js').Clock} clock
 */

export class Outbox {
  /** @type {Entry[]} */ entries = [];
  /** Whose they are: the application and the user. */ #owner = '';
  /** Of which database the numbers in them are. */ #epoch = '';
  #sending = false;
  #running = false;

  /** @param {Plug} plug */
  constructor(plug) {
    this.plug = plug;
  }

  /**
   * Takes up what is kept for this user: an earlier page left it behind, or another one that is closed now. What was meant for
   * a numbered conversation of another database (a restored backup) is not sent blindly.
   * @param {string[]} whose application and user @param {string} [epoch] nothing before the server has said it
   */
  adopt(whose, epoch = '') {
    const owner = whose.map(encodeURIComponent).join('/');
    const stored = this.plug.store.list(`outbox/${owner}/`).flatMap(([, text]) => parse(text));
    // what was refused and is not kept any more was given up in another tab
    const here = owner === this.#owner ? this.entries.filter(({ key, failed }) => !failed || stored.some((one) => one.key === key)) : this.entries;
    [this.#owner, this.#epoch, this.entries] = [owner, epoch, []];
    for (const entry of [...here, ...stored]) {
      if (!this.#has(entry.key)) this.#keep(epoch && entry.epoch && entry.epoch !== epoch ? stranded(entry) : entry);
    }
    this.entries.sort((a, b) => a.at - b.at);
    this.plug.onchange();
    for (const entry of here) this.#told(entry);
  }

  /** @param {{to: string, text: string, reply_to?: number, mentions?: string[], key?: string}} draft @returns {string} its key */
  add(draft) {
    const at = Math.max(this.plug.clock.now(), (this.entries.at(-1)?.at ?? 0) + 1);
    const key = draft.key ?? freshKey();
    if (this.#has(key)) {
      if (this.entries.find((entry) => entry.key === key)?.failed) this.retry(key);
      return key;
    }
    this.#keep({ ...draft, key, at });
    this.plug.onchange();
    this.#pump();
    return key;
  }

  /** The connection is there (again). */
  open() {
    this.#running = true;
    this.#pump();
  }

  close() {
    this.#running = false;
  }

  /** @param {string} key */
  retry(key) {
    const entry = this.entries.find((one) => one.key === key);
    if (!entry) return;
    this.settle(key);
    const { failed, ...again } = entry;
    this.#keep({ ...again, at: Math.max(this.plug.clock.now(), entry.at) });
    this.plug.onchange();
    this.#pump();
  }

  /** Somebody does not want it sent any more. @param {string} key */
  discard(key) {
    const entry = this.entries.find((one) => one.key === key);
    if (!entry || !this.settle(key)) return;
    if (!entry.failed) this.plug.onrefuse?.({ ...entry, failed: { code: 'discarded', message: 'it was discarded' } });
  }

  /** Whoever signs out leaves nothing for the next one to read, or to be sent. */
  clear() {
    this.close();
    for (const { key } of [...this.entries]) this.discard(key);
    if (this.#owner) for (const [name] of this.plug.store.list(`outbox/${this.#owner}/`)) this.plug.store.remove(name);
  }

  /** Done with: it is confirmed, or given up. @param {string} key */
  settle(key) {
    const at = this.entries.findIndex((entry) => entry.key === key);
    if (at < 0) return false;
    this.entries.splice(at, 1);
    this.plug.store.remove(this.#name(key));
    this.plug.onchange();
    return true;
  }

  /** @param {string} to */
  of(to) {
    return this.entries.filter((entry) => entry.to === to);
  }

  async #pump() {
    if (this.#sending) return;
    this.#sending = true;
    for (let entry; this.#running && (entry = this.entries.find((one) => !one.failed)); ) await this.#send(entry);
    this.#sending = false;
  }

  /** @param {Entry} entry */
  async #send(entry) {
    const { at, failed, epoch, ...body } = entry;
    for (let tries = 1; this.#running && this.#has(entry.key); tries++) {
      try {
        await this.plug.ask('send', body);
        this.settle(entry.key);
        return;
      } catch (cause) {
        const failure = Failure.of(cause);
        if (failure.code === 'disconnected') return this.close();
        if (!failure.temporary || tries >= TRIES) return this.#fail(entry, failure);
        const wait = failure.retryAfter ? failure.retryAfter * 1000 : 500 + pause(tries, this.plug.clock.random);
        await new Promise((resolve) => this.plug.clock.after(() => resolve(null), wait));
      }
    }
  }

  /** @param {Entry} entry @param {Failure} failure */
  #fail(entry, failure) {
    if (!this.settle(entry.key)) return;
    const failed = { ...entry, failed: { code: failure.code, message: failure.message, ...(failure.field && { field: failure.field }) } };
    this.#keep(failed);
    this.plug.onchange();
    this.plug.onrefuse?.(failed);
  }

  /** Whoever waits for it hears that it was stranded just now. @param {Entry} before */
  #told({ key, failed }) {
    const now = this.entries.find((entry) => entry.key === key);
    if (now?.failed && !failed) this.plug.onrefuse?.(now);
  }

  /** @param {string} key */
  #has(key) {
    return this.entries.some((entry) => entry.key === key);
  }

  /** Before it is known whose it is, it is not put where somebody else could find it. @param {Entry} entry */
  #keep(entry) {
    const mine = { ...entry, epoch: this.#epoch || entry.epoch };
    this.entries.push(mine);
    if (this.#owner) this.plug.store.set(this.#name(entry.key), JSON.stringify(mine));
  }

  /** @param {string} key */
  #name(key) {
    return `outbox/${this.#owner}/${key}`;
  }
}

/** @param {Entry} entry @returns {Entry} */
function stranded(entry) {
  const { reply_to, ...rest } = entry;
  if (!entry.to.startsWith('conversation:')) return rest;
  return { ...rest, failed: { code: 'conflict', message: '' } };
}

/** @param {string} text @returns {Entry[]} */
function parse(text) {
  try {
    const entry = JSON.parse(text);
    return typeof entry?.key === 'string' && typeof entry.to === 'string' && typeof entry.text === 'string' ? [entry] : [];
  } catch {
    return [];
  }
}
