/** Who wants to know of what. One who fails does not keep the others from it. */

/** What can be heard. @type {ReadonlyArray<string>} */
const NAMES = ['status', 'message', 'update', 'typing', 'presence', 'change'];

export class Events {
  /** @type {Map<string, Set<(what: any) => void>>} */ #listeners = new Map(NAMES.map((name) => [name, new Set()]));

  /** @param {string} name @param {(what: any) => void} listener @returns {() => void} stops it */
  on(name, listener) {
    const listeners = this.#listeners.get(name);
    if (!listeners) throw new TypeError(`there is no event '${name}'; there are: ${NAMES.join(', ')}`);
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }

  /** @param {string} name @param {any} [what] */
  tell(name, what) {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) {
      try {
        listener(what);
      } catch (cause) {
        queueMicrotask(() => {
          throw cause; // as an error that nobody caught, where the host looks for those
        });
      }
    }
  }
}
