/** Tells listeners that something changed, once for all changes of a turn, with a number per table that only rises. */

/** @typedef {'users'|'groups'|'conversations'|'members'|'messages'|'settings'|'presence'|'typing'|'outbox'|'link'|'roster'} Subject */

export class Signal {
  /** @type {Record<string, number>} */ revision = {};
  /** @type {Set<() => void>} */ #listeners = new Set();
  #pending = false;

  /** @param {...Subject} subjects */
  touch(...subjects) {
    for (const subject of subjects) this.revision[subject] = (this.revision[subject] ?? 0) + 1;
    if (this.#pending) return;
    this.#pending = true;
    queueMicrotask(() => {
      this.#pending = false;
      for (const listener of [...this.#listeners]) listener();
    });
  }

  /** One number that changes when any of these did. @param {...Subject} subjects */
  of(...subjects) {
    return subjects.reduce((sum, subject) => sum + (this.revision[subject] ?? 0), 0);
  }

  /** @param {() => void} listener @returns {() => void} stops it */
  listen(listener) {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}
