/**
 * Files that are chosen and not sent yet: a tray for each conversation. They leave for the server at once, so that a message
 * seldom waits for them. What is there already outlives a reload of the tab; what is on its way can not.
 */
import { Upload } from '../core/upload.js';
import { session } from './keep.js';

/** Files of one message. */
export const MOST = 10;
/** A file that no message has is kept by the server for a day. */
const GOOD = 23 * 3600_000;
/** What browsers draw, whatever it comes from. */
const PICTURE = /^image\/(png|jpeg|gif|webp)$/;

/** @typedef {import('../core/upload.js').Uploads} Uploads */

export class Trays {
  /** @type {Map<string, Tray>} */ #of = new Map();

  /** @param {Uploads} uploads @param {() => string[]} owner application and user @param {() => void} onchange */
  constructor(uploads, owner, onchange) {
    this.uploads = uploads;
    this.owner = owner;
    this.onchange = onchange;
  }

  /** @param {string} party */
  of(party) {
    let tray = this.#of.get(party);
    if (!tray) this.#of.set(party, (tray = new Tray(this.uploads, this.#name(party), this.onchange)));
    return tray;
  }

  /** @param {string} party */
  #name(party) {
    return `tray/${[...this.owner(), party].map(encodeURIComponent).join('/')}`;
  }

  /** Something of theirs would be lost with the page. */
  get busy() {
    return [...this.#of.values()].some((tray) => tray.uploads.some(({ state }) => state === 'waiting' || state === 'going'));
  }

  keep() {
    for (const tray of this.#of.values()) tray.keep();
  }

  /** Whoever signs out leaves nothing for the next one. */
  clear() {
    const prefix = this.#name('');
    for (const [name] of session.list(prefix)) this.of(decodeURIComponent(name.slice(prefix.length))); // of an earlier page
    for (const tray of this.#of.values()) tray.clear();
  }
}

class Tray {
  /** @type {Upload[]} */ uploads;

  /** @param {Uploads} line @param {string} name where it is kept @param {() => void} onchange */
  constructor(line, name, onchange) {
    this.line = line;
    this.name = name;
    this.onchange = onchange;
    this.uploads = kept(session.get(name)).map((row) => Upload.of(row));
  }

  /** @param {File[]} files @returns {number} how many there is no place for */
  add(files) {
    const fitting = files.slice(0, Math.max(0, MOST - this.uploads.length));
    for (const file of fitting) this.uploads.push(this.line.add(file));
    this.#changed();
    return files.length - fitting.length;
  }

  /** @param {Upload} upload */
  remove(upload) {
    this.uploads = this.uploads.filter((one) => one !== upload);
    this.line.remove(upload);
    forget(upload);
    this.#changed();
  }

  clear() {
    for (const upload of this.take()) {
      this.line.remove(upload);
      forget(upload);
    }
  }

  /** All of them, for a message. */
  take() {
    const taken = this.uploads;
    this.uploads = [];
    this.#changed();
    return taken;
  }

  /** Those of a message that is not sent after all. @param {Upload[]} uploads */
  put(uploads) {
    this.uploads = [...uploads, ...this.uploads.filter((one) => !uploads.includes(one))].slice(0, MOST);
    this.#changed();
  }

  keep() {
    const rows = this.uploads.flatMap(({ row }) => row ?? []);
    if (rows.length) session.set(this.name, JSON.stringify({ at: Date.now(), rows }));
    else session.remove(this.name);
  }

  #changed() {
    this.keep();
    this.onchange();
  }
}

/** @param {string|null} text @returns {import('../core/file.js').Place[]} */
function kept(text) {
  try {
    const { at, rows } = JSON.parse(text ?? '{}');
    return Date.now() - at < GOOD && Array.isArray(rows) ? rows : [];
  } catch {
    return []; // written by another version
  }
}

/** @type {WeakMap<Upload, string>} */
const drawn = new WeakMap();

/** The picture itself, from this device; null where it is none. @param {Upload} upload */
export function pictureOf(upload) {
  if (!upload.file || !PICTURE.test(upload.file.type)) return null;
  let found = drawn.get(upload);
  if (!found) drawn.set(upload, (found = URL.createObjectURL(upload.file)));
  return found;
}

/** @param {Upload} upload */
export function forget(upload) {
  const found = drawn.get(upload);
  if (found) URL.revokeObjectURL(found);
  drawn.delete(upload);
}
