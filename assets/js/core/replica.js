/**
 * The client's copy of what it may see, and the place from which it can be continued. Rows and place move together, and
 * a fresh picture replaces the old one only when it is complete, so that nobody looks at half of it.
 */
import { Rows } from './rows.js';

/** @typedef {import('./rows.js').Table} Table */

export class Replica {
  rows = new Rows();
  /** @type {Rows|null} */ #coming = null;
  /** @type {import('./wire.js').Since|null} */ #place = null;
  /** The place before a fresh picture began to come. @type {import('./wire.js').Since|null} */ #before = null;
  #running = false;
  epoch = '';
  /** A first whole picture is here. */
  complete = false;

  /** What `hello` may continue from. */
  get since() {
    return this.#place ?? undefined;
  }

  /** What comes now happens now: it is not part of a fresh picture. */
  get live() {
    return this.complete && this.#coming === null;
  }

  get version() {
    return this.#place?.version ?? 0;
  }

  /** @param {string} epoch */
  welcome(epoch) {
    this.epoch = epoch;
    this.#coming = null;
    this.#running = false;
  }

  /** @param {import('./wire.js').Sync} frame @returns {Set<Table>|'all'} */
  sync(frame) {
    if (frame.reset) {
      this.#coming = new Rows();
      this.#before = this.#place ?? this.#before;
      this.#place = null;
    }
    const touched = (this.#coming ?? this.rows).apply(frame, frame.version);
    this.#running = frame.more === true;
    if (this.#running) return touched;
    const whole = this.#coming;
    if (whole) this.rows = whole;
    this.#coming = null;
    this.complete = true;
    this.#place = { epoch: this.epoch, version: Math.max(frame.version, this.version) };
    return whole ? 'all' : touched;
  }

  /**
   * Once after a fresh picture: what it has that is newer than what was here, by age, if the two can be compared.
   * @returns {{known: number, messages: import('./wire.js').Message[]}}
   */
  missed() {
    const before = this.#before;
    this.#before = null;
    if (before?.epoch !== this.epoch) return { known: Infinity, messages: [] };
    const messages = [...this.rows.timelines.values()].flat().filter((message) => message.version > before.version);
    return { known: before.version, messages: messages.sort((a, b) => a.id - b.id) };
  }

  /**
   * The rows of an `ok`. Where it says `more`, the rest of it follows as `sync`, and only the last of them moves the place.
   * @param {import('./wire.js').RowSet & {more?: boolean}} set
   * @param {boolean} moves whether it stands in the place of a `sync`
   * @returns {Set<Table>}
   */
  answer(set, moves) {
    if (moves && set.more) this.#running = true;
    const version = Math.max(this.version, moves ? newest(set) : 0);
    const touched = (this.#coming ?? this.rows).apply(set, version);
    if (this.#place && !this.#running) this.#place = { ...this.#place, version };
    return touched;
  }
}

/** @param {import('./wire.js').RowSet} set */
function newest(set) {
  const rows = [...(set.conversations ?? []), ...(set.members ?? []), set.conversation, set.message, set.settings];
  return rows.reduce((most, row) => Math.max(most, row?.version ?? 0), 0);
}
