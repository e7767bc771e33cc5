/**
 * Desktop notices of what comes while nobody looks: one for each conversation, silent, taken away once it was read
 * anywhere. Off until somebody turns them on, because only then may a browser be asked.
 */
import { muted, unread } from '../core/unread.js';
import { local } from './keep.js';
import { t } from './language.js';
import { preview } from './markdown.js';

/** @typedef {{tag: string, title: string, body: string}} Notice */
/**
 * Where notices are put: on the desktop, or through the page around a frame.
 * @typedef {object} Board
 * @property {() => 'granted'|'denied'|'default'|'none'} state `none`: there is no such thing here
 * @property {() => Promise<unknown>} ask in the moment of a click
 * @property {(notice: Notice, onclick: () => void) => void} show
 * @property {(tag: string) => void} hide
 * @property {boolean} foreign whether somebody else's page sees what is put there
 */

/** Another window may be looked at, or reads it at once. */
const PAUSE = 500;
const LONGEST = 160;

export class Notices {
  /** @type {Set<string>} */ #up = new Set();
  #looked = 0;
  /** @type {BroadcastChannel|null} */ #others = null;

  /** @param {import('./desk.js').Desk} desk @param {Board} board */
  constructor(desk, board) {
    this.desk = desk;
    this.board = board;
    if (!('BroadcastChannel' in globalThis)) return;
    this.#others = new BroadcastChannel(`parlour/look/${desk.app}`);
    this.#others.onmessage = ({ data }) => {
      if (data === 'seen') this.#looked = Date.now();
      else if (desk.attentive()) this.#others?.postMessage('seen');
    };
  }

  get #name() {
    return `notices/${this.desk.app}`;
  }

  get on() {
    return this.board.state() === 'granted' && local.get(this.#name) === 'on';
  }

  /** @param {boolean} on */
  async turn(on) {
    if (on && this.board.state() === 'default') await this.board.ask();
    if (on) local.set(this.#name, 'on');
    else local.remove(this.#name);
    if (!on) for (const tag of this.#up) this.#down(tag);
    this.desk.messenger.signal.touch('link');
  }

  /** A message came just now. @param {import('../core/wire.js').Message} message */
  heard(message) {
    if (!this.on || this.desk.attentive() || !this.#due(message)) return;
    const asked = Date.now();
    this.#others?.postMessage('who looks?');
    setTimeout(() => {
      if (this.desk.notices === this && this.on && this.#looked < asked && !this.desk.attentive() && this.#due(message)) this.#put(message);
    }, PAUSE);
  }

  /** Takes down what was read meanwhile, here or on another device. */
  tidy() {
    const { messenger } = this.desk;
    for (const tag of this.#up) if (!unread(messenger.rows, Number(tag), messenger.id).count) this.#down(tag);
  }

  /** @param {import('../core/wire.js').Message} message */
  #due({ conversation, from, id, deleted_by }) {
    const { messenger } = this.desk;
    const own = messenger.rows.member(conversation, messenger.id);
    return own !== undefined && from !== `user:${messenger.id}` && deleted_by === null && own.read < id && !muted(own, Date.now());
  }

  /** @param {import('../core/wire.js').Message} message */
  #put(message) {
    const { desk, board } = this;
    const conversation = desk.messenger.rows.conversations.get(message.conversation);
    if (!conversation) return;
    const party = desk.messenger.party(conversation);
    const who = desk.nameOf(message.from);
    const title = conversation.kind === 'room' ? `${who} · ${desk.face(party).title}` : who;
    const tag = String(conversation.id);
    const text = preview(message);
    const body = board.foreign ? t('notice.some') : text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
    this.#up.add(tag);
    board.show({ tag, title, body }, () => {
      this.#down(tag);
      desk.route.go(party);
    });
  }

  /** @param {string} tag */
  #down(tag) {
    this.#up.delete(tag);
    this.board.hide(tag);
  }
}

/** @type {Map<string, Notification>} */
const shown = new Map();

/** The desktop itself. @type {Board} */
export const desktop = {
  foreign: false,
  state: () => ('Notification' in globalThis && isSecureContext ? Notification.permission : 'none'),
  ask: () => Notification.requestPermission(),
  show({ tag, title, body }, onclick) {
    try {
      const notice = new Notification(title, { tag, body, silent: true, dir: 'auto' });
      shown.set(tag, notice);
      notice.onclick = () => (window.focus(), onclick());
    } catch {
      // a phone's browser has notices only for what is installed
    }
  },
  hide(tag) {
    shown.get(tag)?.close();
    shown.delete(tag);
  },
};
