/** Files of a program: sent, with how far they are; and where those are that messages carry. */
import { pause } from '../core/backoff.js';
import { clock } from '../core/clock.js';
import { Failure } from '../core/failure.js';
import { Files } from '../core/file.js';
import { Uploads } from '../core/upload.js';

/** @typedef {import('../core/upload.js').Upload} Upload */
/** @typedef {import('./parlour.d.ts').Attachment} Attachment */
/** @typedef {import('./parlour.d.ts').Shipment} Shipment */
/** @typedef {{upload: Upload, told: number, resolve: (row: Attachment) => void, reject: (cause: unknown) => void, way: Shipment}} Waiting */

const TRIES = 5;
/** What our own words for a refusal mean in the protocol's. @type {Record<string, [code: string, message: string]>} */
const MEANT = {
  file_empty: ['bad_request', 'the file is empty'],
  file_large: ['too_large', 'the file is larger than limits.file'],
  file_unreadable: ['bad_request', 'the file cannot be read'],
};

export class Cargo {
  /** @type {Set<Waiting>} */ #waiting = new Set();

  /** @param {import('./line.js').Line} line */
  constructor({ messenger, errands, base, bearer, app }) {
    this.errands = errands;
    this.messenger = messenger;
    this.base = base;
    this.files = new Files(app, bearer, base.href);
    this.uploads = new Uploads({
      address: () => new URL(`client/files?app=${encodeURIComponent(app)}`, base).href,
      bearer,
      ready: () => messenger.link.phase === 'ready',
      most: () => messenger.limits.file,
      onchange: () => this.#look(),
    });
    this.uploads.listen(() => this.#look());
    messenger.signal.listen(() => {
      this.uploads.pump();
      const end = this.#waiting.size ? errands.end() : null;
      if (end) for (const waiting of this.#waiting) this.#drop(waiting, end);
    });
  }

  /** @param {Blob} content @param {Shipment} [way] @returns {Promise<Attachment>} */
  async upload(content, way = {}) {
    const { signal, name = content instanceof File ? content.name : 'file' } = way;
    await this.errands.until(() => this.messenger.link.phase === 'ready');
    signal?.throwIfAborted();
    const upload = this.uploads.add(new File([content], name, { type: content.type }));
    let stop = () => {};
    /** @type {Promise<Attachment>} */
    const arrival = new Promise((resolve, reject) => {
      const waiting = { upload, told: -1, resolve, reject, way };
      this.#waiting.add(waiting);
      stop = () => this.#drop(waiting, signal?.reason);
    });
    signal?.addEventListener('abort', stop);
    this.#look();
    return arrival.finally(() => signal?.removeEventListener('abort', stop));
  }

  /** All of them, or none. @param {Blob[]} contents @param {Shipment} way `onprogress` is told of all together */
  async all(contents, { signal, onprogress }) {
    signal?.throwIfAborted();
    const stop = new AbortController();
    const end = () => stop.abort(signal?.reason);
    signal?.addEventListener('abort', end);
    const total = contents.reduce((sum, { size }) => sum + size, 0);
    const sent = contents.map(() => 0);
    const one = (/** @type {Blob} */ content, /** @type {number} */ at) => this.upload(content, {
      signal: stop.signal,
      onprogress: (far) => {
        sent[at] = far;
        onprogress?.(sent.reduce((sum, part) => sum + part, 0), total);
      },
    });
    try {
      return await Promise.all(contents.map(one));
    } catch (cause) {
      stop.abort(cause);
      throw cause;
    } finally {
      signal?.removeEventListener('abort', end);
    }
  }

  /** Where the files of a message are, as whole addresses. @param {number} message */
  async places(message) {
    const whole = (/** @type {string} */ path) => new URL(`.${path}`, this.base).href;
    for (let tries = 1; ; tries++) {
      await this.errands.until(() => this.messenger.link.phase === 'ready');
      try {
        const places = await this.files.of(message);
        return places.map((place) => ({ ...place, url: whole(place.url), ...(place.preview_url && { preview_url: whole(place.preview_url) }) }));
      } catch (cause) {
        const failure = Failure.of(cause);
        if (failure.code !== 'disconnected' || tries >= TRIES) throw failure;
        await new Promise((resolve) => clock.after(() => resolve(null), 500 + pause(tries, clock.random)));
      }
    }
  }

  #look() {
    for (const waiting of [...this.#waiting]) {
      const { upload, way, resolve } = waiting;
      if (upload.sent !== waiting.told) way.onprogress?.((waiting.told = upload.sent), upload.size);
      if (upload.failure) this.#drop(waiting, meant(upload.failure));
      else if (upload.row) {
        this.#waiting.delete(waiting);
        const { url, preview_url, expires_at, ...row } = upload.row; // those addresses are for whoever has not sent it yet
        resolve(row);
      }
    }
  }

  /** @param {Waiting} waiting @param {unknown} cause */
  #drop(waiting, cause) {
    if (!this.#waiting.delete(waiting)) return;
    this.uploads.remove(waiting.upload);
    waiting.reject(cause);
  }
}

/** @param {Failure} failure */
function meant(failure) {
  const [code, message] = MEANT[failure.code] ?? [];
  return code ? new Failure({ code, message, field: 'file' }) : failure;
}
