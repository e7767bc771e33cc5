/**
 * Files on their way to the server, three at a time, as soon as they are chosen. What is broken off is begun anew when the
 * connection is back; where the server says "later", it is later. Which message takes them is decided elsewhere.
 */
import { clock } from './clock.js';
import { Failure } from './failure.js';
import { pause } from './backoff.js';
import { transfer } from './transfer.js';

/** So many the server takes of one user at a time. */
const AT_ONCE = 3;
const TRIES = 5;
/** Seconds: whoever has to wait longer is told so. */
const LONG = 60;

/** @typedef {import('./file.js').Place} Place */

export class Upload {
  /** @type {'waiting'|'going'|'done'|'failed'} */ state = 'waiting';
  /** Bytes. */ sent = 0;
  /** What the server knows of it. @type {Place|null} */ row = null;
  /** @type {Failure|null} */ failure = null;
  /** Broken connections. */ tries = 0;
  stop = new AbortController();

  /** @param {{name: string, size: number}} told @param {File|null} file none where an earlier page sent it */
  constructor({ name, size }, file) {
    this.name = name;
    this.size = size;
    this.file = file;
  }

  /** One that is there already. @param {Place} row */
  static of(row) {
    return Object.assign(new Upload(row, null), { state: 'done', sent: row.size, row });
  }
}

export class Uploads {
  /** @type {Upload[]} */ #queue = [];
  /** @type {Set<Upload>} */ #going = new Set();
  /** @type {Set<() => void>} */ #listeners = new Set();

  /**
   * @param {{address: () => string, bearer: () => string|undefined, ready: () => boolean, most: () => number, onchange: () => void, discard?: (file: number) => void}} plug
   *   `most`: bytes of one file; `ready`: there is a connection; `discard`: the server need not keep it
   */
  constructor(plug) {
    this.plug = plug;
  }

  /** @param {File} file */
  add(file) {
    const upload = new Upload(file, file);
    this.#begin(upload);
    return upload;
  }

  /** @param {Upload} upload */
  retry(upload) {
    if (upload.state !== 'failed' || !upload.file) return;
    Object.assign(upload, { failure: null, tries: 0 });
    this.#begin(upload);
  }

  /** Nobody wants it any more. @param {Upload} upload */
  remove(upload) {
    this.#queue = this.#queue.filter((one) => one !== upload);
    upload.stop.abort();
    if (upload.row) this.plug.discard?.(upload.row.id);
  }

  /** The connection may be there again. */
  pump() {
    while (this.plug.ready() && this.#going.size < AT_ONCE) {
      const upload = this.#queue.shift();
      if (!upload) return;
      this.#run(upload);
    }
  }

  /** Hears how far they are. @param {() => void} listener @returns {() => void} stops it */
  listen(listener) {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** @param {Upload} upload */
  #begin(upload) {
    const most = this.plug.most();
    const code = upload.size === 0 ? 'file_empty' : upload.size > most ? 'file_large' : '';
    this.#set(upload, code ? 'failed' : 'waiting', code ? new Failure({ code }) : null);
    if (!code) this.#queue.push(upload);
    this.pump();
  }

  /** @param {Upload} upload */
  async #run(upload) {
    const file = /** @type {File} */ (upload.file);
    const { signal } = upload.stop;
    this.#going.add(upload);
    this.#set(upload, 'going');
    const onprogress = (/** @type {number} */ sent) => {
      upload.sent = Math.min(sent, upload.size);
      for (const listener of [...this.#listeners]) listener();
    };
    try {
      upload.row = await transfer(this.plug.address(), file, upload.name, { bearer: this.plug.bearer(), signal, onprogress });
      upload.sent = upload.size;
      if (signal.aborted) this.plug.discard?.(upload.row.id);
      else this.#set(upload, 'done');
    } catch (cause) {
      if (!signal.aborted) this.#broken(upload, await readable(file, Failure.of(cause)));
    }
    this.#going.delete(upload);
    this.pump();
  }

  /** @param {Upload} upload @param {Failure} failure */
  #broken(upload, failure) {
    const { code, temporary, retryAfter = 1 } = failure;
    const later = code === 'rate_limited' && retryAfter <= LONG;
    if (!later && (!temporary || retryAfter > LONG || ++upload.tries >= TRIES)) return this.#set(upload, 'failed', failure);
    const wait = later ? retryAfter * 1000 + clock.random() * 500 : 500 + pause(upload.tries, clock.random);
    this.#set(upload, 'waiting');
    clock.after(() => {
      if (upload.stop.signal.aborted) return;
      this.#queue.push(upload);
      this.pump();
    }, wait);
  }

  /** @param {Upload} upload @param {Upload['state']} state @param {Failure|null} [failure] */
  #set(upload, state, failure = null) {
    Object.assign(upload, { state, failure, ...(state === 'going' && { sent: 0 }) });
    this.plug.onchange();
  }
}

/** What breaks off may be the file: it was moved or changed, or it is a folder. @param {File} file @param {Failure} failure */
async function readable(file, failure) {
  if (failure.code !== 'disconnected') return failure;
  return file.slice(0, 1).arrayBuffer().then(() => failure, () => new Failure({ code: 'file_unreadable' }));
}
