/** Signing out in a frame that nobody sees any more. Whoever comes next waits for it, so that nobody is taken for another. */

/** What a user who leaves has just written gets this long to leave too. */
const LEAVING = 3000;
/** A frame that says nothing of its coming is waited for so long, before somebody signs out in it. */
const LOADING = 20_000;

export class Leaving {
  /** @type {Promise<unknown>|null} */ #all = null;

  /** @param {string} origin of the frames */
  constructor(origin) {
    this.origin = origin;
  }

  /** When nobody is leaving any more; at once where nobody is. @param {() => void} next */
  after(next) {
    if (this.#all) this.#all.then(next);
    else next();
  }

  /** @returns {Promise<unknown>} */
  get over() {
    return this.#all ?? Promise.resolve();
  }

  /** @param {import('./launcher.js').Launcher} launcher gone when it is over @param {boolean} loaded @param {string} [user] whom the page names */
  add(launcher, loaded, user) {
    const all = Promise.all([this.#all, this.#signedOut(launcher, loaded, user)]).then(() => {
      launcher.remove();
      if (this.#all === all) this.#all = null;
    });
    this.#all = all;
  }

  /** @param {import('./launcher.js').Launcher} launcher @param {boolean} loaded @param {string} [user] @returns {Promise<unknown>} */
  #signedOut({ frame }, loaded, user) {
    return new Promise((resolve) => {
      /** @type {any} */ let timer = 0;
      const over = () => {
        clearTimeout(timer);
        removeEventListener('message', hear);
        resolve(null);
      };
      const hear = (/** @type {MessageEvent} */ { source, data }) => source !== null && source === frame.contentWindow && data?.parlour === 'gone' && over();
      const say = () => {
        clearTimeout(timer);
        timer = setTimeout(over, LEAVING);
        frame.contentWindow?.postMessage({ parlour: 'stop', user: user ?? null }, this.origin);
      };
      addEventListener('message', hear);
      if (loaded) return say();
      frame.addEventListener('load', say, { once: true });
      this.after(() => (timer ||= setTimeout(over, LOADING)));
    });
  }
}
