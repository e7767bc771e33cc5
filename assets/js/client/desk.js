/** What the views of a signed-in user share: the messenger, the place in the address, drafts, toasts, names. */
import { call } from '../core/call.js';
import { isFormer, userOf } from '../core/party.js';
import { Files } from '../core/file.js';
import { Uploads } from '../core/upload.js';
import { total } from '../core/unread.js';
import { t } from './language.js';
import { Drafts } from './draft.js';
import { Parcels } from './parcel.js';
import { Trays } from './tray.js';

/** @typedef {import('../core/wire.js').Conversation} Conversation */
/** @typedef {{id: number, text: string, bad: boolean}} Toast */

const TOAST = 6000;

export class Desk {
  /** @type {Toast[]} */ toasts = [];
  /** In a frame: whether the frame is shown. */
  shown = true;
  /** @type {import('./notice.js').Notices|null} */ notices = null;
  /** @type {import('./reach.js').Reach} */ reach = 'here';
  /** How often the connection was opened: the server may be another than before. */
  opened = 0;
  #toast = 0;

  /**
   * @param {{messenger: import('../core/messenger.js').Messenger, route: import('./route.js').Route, app: string,
   *   bearer?: () => string|undefined, mode: 'page'|'frame', signOut?: () => void, close?: () => void, enlarge?: () => void}} parts
   */
  constructor({ messenger, route, app, bearer = () => undefined, mode, signOut, close, enlarge }) {
    this.messenger = messenger;
    this.drafts = new Drafts(() => ({ owner: [app, this.owner], epoch: messenger.replica.epoch }));
    this.files = new Files(app, bearer);
    const onchange = () => messenger.signal.touch('outbox');
    this.uploads = new Uploads({
      address: () => `/client/files?app=${encodeURIComponent(app)}`,
      bearer,
      ready: () => messenger.link.phase === 'ready',
      most: () => messenger.limits.file,
      onchange: () => (this.trays.keep(), onchange()),
      // What cannot be told now goes within a day.
      discard: (file) => void call('DELETE', `/client/files/${file}?app=${encodeURIComponent(app)}`, undefined, bearer()).catch(() => {}),
    });
    this.trays = new Trays(this.uploads, () => [app, this.owner], onchange);
    this.parcels = new Parcels(this);
    messenger.signal.listen(() => this.uploads.pump());
    this.route = route;
    this.app = app;
    this.mode = mode;
    this.signOut = signOut;
    this.close = close;
    this.enlarge = enlarge;
  }

  /** Whose it is, or has to be, where that is known. */
  get owner() {
    return this.messenger.id || (this.messenger.options.user ?? '');
  }

  /** Somebody is looking. */
  attentive() {
    return this.shown && document.visibilityState === 'visible' && document.hasFocus() && !this.messenger.presence.idle;
  }

  /** @param {string} text @param {boolean} [bad] */
  say(text, bad = false) {
    const id = ++this.#toast;
    this.toasts = [...this.toasts.filter((toast) => toast.text !== text), { id, text, bad }].slice(-3);
    this.messenger.signal.touch('link');
    setTimeout(() => this.hush(id), TOAST);
  }

  /** @param {number} id */
  hush(id) {
    this.toasts = this.toasts.filter((toast) => toast.id !== id);
    this.messenger.signal.touch('link');
  }

  get unread() {
    return total(this.messenger.rows, this.messenger.id, Date.now());
  }

  /** The connection is there and what was written has left, or neither can be. @param {number} patience milliseconds */
  settled(patience) {
    const { messenger } = this;
    const { outbox, signal } = messenger;
    return new Promise((resolve) => {
      const look = () => {
        const { phase } = messenger.link;
        if (phase === 'off' || phase === 'stopped' || (phase === 'ready' && !outbox.pending)) resolve(null);
      };
      signal.listen(look);
      setTimeout(resolve, patience);
      look();
    });
  }

  /** Whoever signs out leaves nothing for the next one to read, or to be sent. */
  clear() {
    this.drafts.clear();
    this.trays.clear();
    this.messenger.outbox.clear();
  }

  /** The page goes on without it. */
  end() {
    this.messenger.stop();
    this.parcels.end();
  }

  /** @param {string} party @param {string} text */
  keepDraft(party, text) {
    this.drafts.keep(party, text);
    this.messenger.signal.touch('outbox');
  }

  /** @param {string|null} id */
  user(id) {
    return id === null ? undefined : this.messenger.rows.users.get(id);
  }

  /** How somebody shows. Nobody knows while the server is out of reach. @param {string} user @returns {{show: string, note?: string, last_seen?: string}|undefined} */
  presence(user) {
    return this.reach === 'here' ? this.messenger.presence.of(user) : { show: 'unknown' };
  }

  /** How the application shows. */
  get application() {
    return this.reach === 'here' ? this.messenger.application?.show : 'unknown';
  }

  /** @param {string} party who wrote */
  nameOf(party) {
    const id = userOf(party);
    if (id === null) return this.messenger.application?.name ?? '';
    return isFormer(id) ? t('former.name') : (this.user(id)?.name ?? id);
  }

  /** How a conversation is called, and whose face it has. @param {string} party @returns {{title: string, user: string|null, kind: string}} */
  face(party) {
    const user = userOf(party);
    if (user !== null) return { title: this.nameOf(party), user, kind: 'direct' };
    if (party === 'application') return { title: this.nameOf(party), user: null, kind: 'application' };
    const title = this.messenger.conversation(party)?.title;
    return { title: title || t('room.untitled'), user: null, kind: 'room' };
  }
}
