/**
 * Messages that are written and not yet confirmed. Each has a key that never changes, so that sending it again, after a
 * reconnect, a reload or from a second tab, can not make a second message. One leaves at a time, so that order holds.
 * What still waits for its files lets the others by.
 *
 * @typedef {import('./entry.js').Entry} Entry
 */
import { bodyOf, found, isHeld, leaves, stranded } from './entry.js';
import { Failure } from './failure.js';
import { freshKey } from './key.js';
import { pause } from './backoff.js';
import { Shelf } from './shelf.js';

const TRIES = 3;

/**
 * @typedef {object} Plug
 * @property {(name: string, body: object) => Promise<unknown>} ask
 * @property {() => void} onchange
 * @property {import('./keep.js').Store} store
 * @property {(entry: Entry) => void} [onrefuse] the server does not take it
 * @property {import('./clock.js').Clock} clock
 */

export class Outbox {
  /** @type {Entry[]} */ entries = [];
  /** @type {Shelf} */ #shelf;
  /** Of which database the numbers in them are. */ #epoch = '';
  #sending = false;
  #running = false;

  /** @param {Plug} plug */
  constructor(plug) {
    this.plug = plug;
    this.#shelf = new Shelf(plug.store);
  }

  /**
   * Takes up what is kept for this user: an earlier page left it behind, or another one that is closed now. What was meant for
   * a numbered conversation of another database (a restored backup) is not sent blindly.
   * @param {string[]} whose application and user @param {string} [epoch] nothing before the server has said it
   */
  adopt(whose, epoch = '') {
    const same = this.#shelf.turn(whose);
    const stored = this.#shelf.entries;
    // what was refused and is not kept any more was given up in another tab
    const here = same ? this.entries.filter(({ key, failed }) => !failed || stored.some((one) => one.key === key)) : this.entries;
    [this.#epoch, this.entries] = [epoch, []];
    const waiting = stored.filter((entry) => !isHeld(entry, this.plug.clock.now())).map(found);
    for (const entry of [...here, ...waiting]) {
      if (!this.get(entry.key)) this.#keep(epoch && entry.epoch && entry.epoch !== epoch ? stranded(entry) : entry);
    }
    this.entries.sort((a, b) => a.at - b.at);
    this.plug.onchange();
    for (const entry of here) this.#told(entry);
  }

  /** @param {Omit<Entry, 'key'|'at'> & {key?: string}} draft @returns {string} its key */
  add(draft) {
    const at = Math.max(this.plug.clock.now(), (this.entries.at(-1)?.at ?? 0) + 1);
    const key = draft.key ?? freshKey();
    const known = this.get(key);
    if (known?.failed) this.retry(key);
    if (known) return key;
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

  /** Something is neither confirmed nor refused. */
  get pending() {
    return this.entries.some(({ failed }) => !failed);
  }

  /** How many are kept for this user, in the other pages of this browser too. */
  get kept() {
    return new Set([...this.#shelf.keys, ...this.entries.map(({ key }) => key)]).size;
  }

  /** @param {string} key */
  retry(key) {
    const entry = this.get(key);
    if (!entry) return;
    this.settle(key);
    const { failed, ...again } = entry;
    this.#keep({ ...again, at: Math.max(this.plug.clock.now(), entry.at) });
    this.plug.onchange();
    this.#pump();
  }

  /** What is known of the files of one that waits for them; without `coming` all are there, and it leaves. @param {string} key @param {Pick<Entry, 'attachments'|'coming'|'held'>} files */
  change(key, files) {
    const entry = this.get(key);
    if (!entry || (entry.failed && !files.coming)) return;
    const { coming, held, ...rest } = entry;
    const next = { ...rest, ...files };
    this.entries[this.entries.indexOf(entry)] = next;
    this.#shelf.set(next);
    this.#pump();
  }

  /** One of its files can not be sent. @param {string} key @param {Failure} failure */
  refuse(key, failure) {
    const entry = this.get(key);
    if (entry) this.#fail(entry, failure);
  }

  /** @param {string} key */
  get(key) {
    return this.entries.find((entry) => entry.key === key);
  }

  /** Somebody does not want it sent any more. @param {string} key */
  discard(key) {
    const entry = this.get(key);
    if (!entry || !this.settle(key)) return;
    if (!entry.failed) this.plug.onrefuse?.({ ...entry, failed: { code: 'discarded', message: 'it was discarded' } });
  }

  /** Whoever signs out leaves nothing for the next one to read, or to be sent. */
  clear() {
    this.close();
    for (const { key } of [...this.entries]) this.discard(key);
    this.#shelf.clear();
  }

  /** Done with: it is confirmed, or given up. @param {string} key */
  settle(key) {
    const at = this.entries.findIndex((entry) => entry.key === key);
    if (at < 0) return false;
    this.entries.splice(at, 1);
    this.#shelf.remove(key);
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
    for (let entry; this.#running && (entry = this.entries.find(leaves)); ) await this.#send(entry);
    this.#sending = false;
  }

  /** @param {Entry} entry */
  async #send(entry) {
    const body = bodyOf(entry);
    for (let tries = 1; this.#running && this.get(entry.key); tries++) {
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
    const now = this.get(key);
    if (now?.failed && !failed) this.plug.onrefuse?.(now);
  }

  /** Before it is known whose it is, it is not put where somebody else could find it. @param {Entry} entry */
  #keep(entry) {
    const mine = { ...entry, epoch: this.#epoch || entry.epoch };
    this.entries.push(mine);
    this.#shelf.set(mine);
  }
}
