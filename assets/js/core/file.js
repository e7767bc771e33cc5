/** Where the files of messages are, for this user: addresses are good for an hour, and asked for anew after that. */
import { call } from './call.js';

/** @typedef {import('../library/parlour').Attachment & {url: string, preview_url?: string, expires_at: string}} Place */

/** An address is good for an hour, and asked for anew after so long: counted here, because clocks may differ. */
const GOOD = 50 * 60_000;
/** Nobody asks sooner again. */
const PAUSE = 60_000;
/** Messages whose addresses are remembered. */
const REMEMBERED = 500;

export class Files {
  /** @type {Map<number, {at: number, places: Promise<Place[]>}>} */ #known = new Map();

  /** @param {string} app @param {() => string|undefined} bearer none where a cookie is @param {string} [base] where the server is, with a `/` at its end */
  constructor(app, bearer, base = '/') {
    this.app = app;
    this.base = base;
    this.bearer = bearer;
  }

  /** @param {number} message @param {boolean} [anew] the earlier addresses are good no more @returns {Promise<Place[]>} */
  async of(message, anew = false) {
    const known = anew ? undefined : this.#known.get(message);
    if (known && Date.now() - known.at < GOOD) return known.places;
    const asked = this.#ask(message);
    this.#known.delete(message);
    this.#known.set(message, { at: Date.now(), places: asked });
    asked.catch(() => this.#known.delete(message));
    if (this.#known.size > REMEMBERED) this.#known.delete(/** @type {number} */ (this.#known.keys().next().value));
    return asked;
  }

  /** Milliseconds until the addresses of a message are to be asked for anew. @param {number} message */
  due(message) {
    return Math.max(PAUSE, (this.#known.get(message)?.at ?? 0) + GOOD - Date.now());
  }

  /** The server was away: it may have been started anew, and its addresses are over then. */
  forget() {
    this.#known.clear();
  }

  /** @param {number} message */
  async #ask(message) {
    const { files } = await call('GET', `${this.base}client/messages/${message}/files?app=${encodeURIComponent(this.app)}`, undefined, this.bearer());
    return files;
  }
}
