/**
 * Messages that were sent before all of their files were there. Such a one stands in the outbox and waits; here are the files.
 * When the last of them has arrived it leaves as any other. A page that is closed meanwhile leaves the words behind.
 */
import { forget, pictureOf } from './tray.js';

/** Another tab may take a message up when nothing was heard of its page for so long. */
const HELD = 20_000;
const BEAT = 5000;
/** Own pictures that are shown from this device, until the page is closed. */
const REMEMBERED = 50;

/** @typedef {import('../core/upload.js').Upload} Upload */
/** @typedef {{uploads: Upload[], told: string}} Parcel */

export class Parcels {
  /** @type {Map<string, Parcel>} */ #of = new Map();
  /** @type {any} */ #beat = 0;
  /** By the number of the file. @type {Map<number, Upload>} */ #own = new Map();

  #leave = () => this.#look(true, 0);

  /** @param {import('./desk.js').Desk} desk */
  constructor(desk) {
    this.desk = desk;
    this.outbox = desk.messenger.outbox;
    desk.messenger.signal.listen(() => this.#look());
    addEventListener('pagehide', this.#leave);
  }

  /** The page goes on without this messenger: another one may take up what is left. */
  end() {
    removeEventListener('pagehide', this.#leave);
    this.#leave();
    this.#beat = clearInterval(this.#beat);
    for (const upload of [...this.#own.values(), ...[...this.#of.values()].flatMap(({ uploads }) => uploads)]) forget(upload);
  }

  /** @param {Omit<import('../core/entry.js').Entry, 'key'|'at'>} draft @param {Upload[]} uploads */
  post(draft, uploads) {
    if (!uploads.length) return void this.outbox.add(draft);
    const key = this.outbox.add({ ...draft, ...filesOf(uploads, HELD) });
    this.#of.set(key, { uploads, told: '' });
    this.#beat ||= setInterval(() => this.#look(true), BEAT);
    this.#look();
  }

  /** @param {string} key @returns {Upload[]} */
  of(key) {
    return this.#of.get(key)?.uploads ?? [];
  }

  /** Where a picture of one's own is on this device. @param {number} file */
  picture(file) {
    const upload = this.#own.get(file);
    return upload && pictureOf(upload);
  }

  /** Something of theirs would be lost with the page. */
  get busy() {
    return this.outbox.entries.some(({ key, coming }) => coming && this.#of.has(key));
  }

  /** @param {string} key */
  retry(key) {
    for (const upload of this.of(key)) this.desk.uploads.retry(upload);
    this.outbox.retry(key);
  }

  /** Out of the outbox, and what it had. @param {string} key */
  open(key) {
    const uploads = this.of(key);
    this.#of.delete(key);
    this.outbox.settle(key);
    return uploads;
  }

  /** @param {boolean} [beat] say that this page is still at it @param {number} [held] for so long */
  #look(beat = false, held = HELD) {
    if (!this.#of.size) this.#beat = clearInterval(this.#beat);
    for (const [key, parcel] of this.#of) {
      const entry = this.outbox.get(key);
      if (!entry) this.#end(key, parcel);
      else if (entry.coming && !entry.failed) this.#tell(key, parcel, beat, held);
    }
  }

  /** @param {string} key @param {Parcel} parcel @param {boolean} beat @param {number} held */
  #tell(key, parcel, beat, held) {
    const broken = parcel.uploads.find(({ state }) => state === 'failed');
    const under = parcel.uploads.some(({ state }) => state === 'waiting' || state === 'going');
    const files = filesOf(parcel.uploads, held);
    const told = JSON.stringify(files.coming ?? []);
    if (beat || told !== parcel.told) {
      parcel.told = told;
      this.outbox.change(key, files);
    }
    if (broken?.failure && !under) this.outbox.refuse(key, broken.failure);
  }

  /** It has arrived, or is given up. @param {string} key @param {Parcel} parcel */
  #end(key, { uploads }) {
    this.#of.delete(key);
    for (const upload of uploads) {
      if (upload.row) this.#own.set(upload.row.id, upload);
      else {
        this.desk.uploads.remove(upload);
        forget(upload);
      }
    }
    for (const [id, upload] of [...this.#own].slice(0, -REMEMBERED)) {
      forget(upload);
      this.#own.delete(id);
    }
  }
}

/** What the outbox keeps of them. @param {Upload[]} uploads @param {number} held @returns {Pick<import('../core/entry.js').Entry, 'attachments'|'coming'|'held'>} */
function filesOf(uploads, held) {
  const attachments = uploads.flatMap(({ row }) => row ?? []);
  const coming = uploads.filter(({ row }) => !row).map(({ name }) => name);
  return { attachments, ...(coming.length && { coming, held: held && Date.now() + held }) };
}
