/** Notices that the page around shows, which has the right to; it learns who wrote, and not what. */

/** @typedef {import('./parent.js').Right} Right */

/** A `Board` of `notice.js`. */
export class Around {
  foreign = true;
  /** @type {Right} */ found = 'none';
  /** @type {Map<string, () => void>} */ #clicks = new Map();
  #answer = () => {};

  /** @param {(what: string, more?: object) => void} tell */
  constructor(tell) {
    this.tell = tell;
  }

  state = () => this.found;

  ask = () => new Promise((resolve) => {
    this.#answer = () => resolve(null);
    this.tell('notices?');
  });

  /** What the page may do now. @param {Right} found */
  take(found) {
    this.found = found;
    this.#answer();
  }

  /** @param {import('./notice.js').Notice} notice @param {() => void} onclick */
  show(notice, onclick) {
    this.#clicks.set(notice.tag, onclick);
    this.tell('notice', notice);
  }

  /** @param {string} tag */
  hide(tag) {
    this.#clicks.delete(tag);
    this.tell('hush', { tag });
  }

  /** @param {string} tag */
  clicked(tag) {
    this.#clicks.get(tag)?.();
  }

  clear() {
    this.#clicks.clear();
  }
}
