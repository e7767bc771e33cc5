/** Where the entries of an outbox outlive the page: for one user of one application, each under its key. */
import { parse } from './entry.js';

/** @typedef {import('./entry.js').Entry} Entry */

export class Shelf {
  /** Whose it is: the application and the user; before that is known nothing is put where somebody else could find it. */ #owner = '';

  /** @param {import('./keep.js').Store} store */
  constructor(store) {
    this.store = store;
  }

  /** @param {string[]} whose application and user @returns {boolean} whether it was theirs before */
  turn(whose) {
    const owner = whose.map(encodeURIComponent).join('/');
    const same = owner === this.#owner;
    this.#owner = owner;
    return same;
  }

  /** @returns {Entry[]} */
  get entries() {
    return this.#list().flatMap(([, text]) => parse(text));
  }

  get keys() {
    return this.#list().map(([name]) => name.slice(this.#name('').length));
  }

  /** @param {Entry} entry */
  set(entry) {
    if (this.#owner) this.store.set(this.#name(entry.key), JSON.stringify(entry));
  }

  /** @param {string} key */
  remove(key) {
    if (this.#owner) this.store.remove(this.#name(key));
  }

  clear() {
    for (const [name] of this.#list()) this.store.remove(name);
  }

  #list() {
    return this.#owner ? this.store.list(this.#name('')) : [];
  }

  /** @param {string} key */
  #name(key) {
    return `outbox/${this.#owner}/${key}`;
  }
}
