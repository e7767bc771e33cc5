/** Where the files of messages are, for this user: addresses are good for an hour, and asked for anew after that. */
import { call } from './call.js';

/** @typedef {import('../library/parlour').Attachment & {url: string, preview_url?: string, expires_at: string}} Place */

/** Of its time an address has left so much at least when it is given out. */
const LEFT = 60_000;
/** Messages whose addresses are remembered. */
const REMEMBERED = 500;

/** Milliseconds until new addresses are to be asked for. @param {Place[]} places */
export function untilOver(places) {
  return Math.max(1_000, Math.min(...places.map((place) => Date.parse(place.expires_at))) - Date.now() - LEFT + 1_000);
}

export class Files {
  /** @type {Map<number, Promise<Place[]>>} */ #known = new Map();

  /** @param {string} app @param {() => string|undefined} bearer none where a cookie is */
  constructor(app, bearer) {
    this.app = app;
    this.bearer = bearer;
  }

  /** @param {number} message @param {boolean} [anew] the earlier addresses are good no more @returns {Promise<Place[]>} */
  async of(message, anew = false) {
    const known = anew ? undefined : this.#known.get(message);
    if (known) {
      const places = await known;
      if (places.every((place) => Date.parse(place.expires_at) - Date.now() > LEFT)) return places;
    }
    const asked = this.#ask(message);
    this.#known.delete(message);
    this.#known.set(message, asked);
    asked.catch(() => this.#known.delete(message));
    if (this.#known.size > REMEMBERED) this.#known.delete(/** @type {number} */ (this.#known.keys().next().value));
    return asked;
  }

  /** The server was away: it may have been started anew, and its addresses are over then. */
  forget() {
    this.#known.clear();
  }

  /** @param {number} message */
  async #ask(message) {
    const { files } = await call('GET', `/client/messages/${message}/files?app=${encodeURIComponent(this.app)}`, undefined, this.bearer());
    return files;
  }
}
