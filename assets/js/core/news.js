/**
 * Tells of each message once: that it was written, or is another now. What comes may have been told before (a long run of frames
 * that broke off comes again from its beginning), or be part of a picture that took the place of what was known.
 */

/** @typedef {import('./wire.js').Message} Message */

export class News {
  /** What was told above the place from which the server would go on: its version, by id. @type {Map<number, number>} */ #told = new Map();

  /** @param {{onmessage?: (message: Message) => void, onupdate?: (message: Message) => void}} plug */
  constructor(plug) {
    this.plug = plug;
  }

  /** @param {Message} message @param {number} known the version as of which all was told */
  tell(message, known) {
    const { id, version } = message;
    const before = this.#told.get(id);
    if (version <= Math.max(known, before ?? 0)) return;
    this.#told.set(id, version);
    if (before === undefined && id > known) this.plug.onmessage?.(message);
    else this.plug.onupdate?.(message);
  }

  /** A fresh picture is here. @param {{known: number, messages: Message[]}} picture */
  renew({ known, messages }) {
    for (const message of messages) this.tell(message, known);
  }

  /** Nothing up to this version comes again. @param {number} version */
  settle(version) {
    for (const [id, told] of this.#told) if (told <= version) this.#told.delete(id);
  }
}
