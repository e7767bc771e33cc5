/**
 * Parlour's client for JavaScript: in a page, a worker or a program. What it offers is described in `parlour.d.ts` and
 * docs/javascript.md; names of members are those of the protocol (docs/protocol.md).
 *
 *   const parlour = connect({ server: 'https://im.example', app: 'oa', token: () => fetch('/token') });
 *   parlour.on('message', (message) => console.log(message.from, message.text));
 *   await parlour.send('user:ben', 'Hello');
 */
import { Failure } from '../core/failure.js';
import { freshKey } from '../core/key.js';
import { signIn } from './entrance.js';
import { Line } from './line.js';
import * as view from './view.js';

/** @typedef {import('./parlour.d.ts').Parlour} Face */
/** @typedef {import('../core/wire.js').Ok} Ok */

const message = (/** @type {Ok} */ ok) => /** @type {import('../core/wire.js').Message} */ (ok.message);
const settings = (/** @type {Ok} */ ok) => /** @type {import('../core/wire.js').Settings} */ (ok.settings);

/** @implements {Face} */
class Parlour {
  #line;
  #messenger;
  #errands;

  /** @param {import('./parlour.d.ts').Options} options */
  constructor(options) {
    this.#line = new Line(options);
    this.#messenger = this.#line.messenger;
    this.#errands = this.#line.errands;
    this.ready = this.#line.ready;
  }

  get status() {
    return this.#line.status;
  }
  get me() {
    return this.#messenger.me;
  }
  get application() {
    return this.#messenger.application;
  }
  get limits() {
    return this.#messenger.limits;
  }
  get settings() {
    return this.#messenger.rows.settings;
  }
  get conversations() {
    return view.conversations(this.#messenger);
  }
  get contacts() {
    return view.contacts(this.#messenger);
  }
  get unread() {
    return view.unreadOf(this.#messenger);
  }

  /** @type {Face['on']} */
  on = (name, listener) => this.#line.events.on(name, listener);

  /** @type {Face['send']} */
  async send(to, what) {
    if (typeof what === 'string') return this.#line.letters.send(to, what);
    const { files = [], attachments = [], signal, onprogress, text = '', ...rest } = what;
    const rows = files.length ? await this.#line.cargo.all(/** @type {any} */ (files), { signal, onprogress }) : []; // else at once, in its turn
    const all = [...attachments.map((one) => (typeof one === 'number' ? { id: one } : one)), ...rows];
    return this.#line.letters.send(to, { text, ...rest, ...(all.length && { attachments: /** @type {any} */ (all) }) });
  }
  /** @type {Face['upload']} */
  upload = (content, way) => this.#line.cargo.upload(/** @type {any} */ (content), way);
  /** @type {Face['files']} */
  files = (carrier) => this.#line.cargo.places(typeof carrier === 'number' ? carrier : carrier.id);
  /** @type {Face['retry']} */
  retry = (key) => this.#messenger.outbox.retry(key);
  /** @type {Face['discard']} */
  discard = (key) => this.#messenger.outbox.discard(key);

  /** @type {Face['edit']} */
  edit = async (id, text) => message(await this.#ask('edit', { message: id, text }));
  /** @type {Face['delete']} */
  delete = async (id) => message(await this.#ask('delete', { message: id }));

  /** @type {Face['act']} */
  async act(id, action, input) {
    await this.#errands.run(() => this.#messenger.presses.act(id, action, input));
  }

  /** @type {Face['open']} */
  open = async (to) => this.#opened(await this.#ask('open', { with: to }));
  /** @type {Face['createRoom']} */
  createRoom = async (room) => this.#opened(await this.#ask('room', { key: freshKey(), ...room }));
  /** @type {Face['changeRoom']} */
  changeRoom = async (conversation, change) => this.#opened(await this.#ask('room', { conversation, ...change }));
  /** @type {Face['leaveRoom']} */
  async leaveRoom(conversation) {
    await this.#ask('room', { conversation, leave: true }).catch((cause) => {
      if (!this.conversation(conversation)?.left) throw cause; // or it had arrived before the connection broke
    });
  }

  /** @type {Face['history']} */
  async history(to, page = {}) {
    const conversation = this.#row(to)?.id;
    if (conversation === undefined) return { messages: [], more: false };
    const { messages = [], more = false } = await this.#ask('history', { conversation, limit: 50, ...page });
    return { messages, more };
  }
  /** @type {Face['earlier']} */
  async earlier(to, limit) {
    const row = this.#row(to);
    if (row) await this.#errands.run(() => this.#messenger.history.earlier(row.id, limit));
    return this.timeline(to);
  }

  /** @type {Face['timeline']} */
  timeline = (to) => view.timeline(this.#messenger, typeof to === 'number' ? `conversation:${to}` : to);
  /** @type {Face['conversation']} */
  conversation(to) {
    const row = this.#row(to);
    return row && view.conversation(this.#messenger, row);
  }
  /** @type {Face['user']} */
  user = (id) => this.#messenger.rows.users.get(id);
  /** @type {Face['name']} */
  name = (party) => view.nameOf(this.#messenger, party);

  /** @type {Face['read']} */
  read(to, upto) {
    const row = this.#row(to);
    if (row) this.#messenger.marks.read(row.id, this.#messenger.id, upto ?? view.lastOf(this.#messenger, row));
  }
  /** @type {Face['typing']} */
  typing(to, on = true) {
    const row = this.#row(to);
    if (row) this.#messenger.typing.tell(row.id, on);
  }

  /** @type {Face['search']} */
  async search(text, page = {}) {
    const { users = [], more = false } = await this.#ask('contacts', { ...(text && { text }), limit: 50, ...page });
    return { users, more };
  }
  /** @type {Face['refresh']} */
  async refresh() {
    await this.#ask('contacts', { refresh: true });
  }

  /** @type {Face['watch']} */
  watch = (users) => this.#messenger.presence.show('program', users);
  /** @type {Face['presence']} */
  presence = (user) => this.#messenger.presence.of(user);
  /** @type {Face['present']} */
  present = (choice) => this.#errands.run(() => this.#messenger.presence.choose(choice));
  /** @type {Face['idle']} */
  idle = (on) => this.#messenger.presence.rest(on);

  /** @type {Face['mute']} */
  mute = async (conversation, on = true, until) => settings(await this.#ask('settings', { mute: { conversation, on, ...(until && { until }) } }));
  /** @type {Face['block']} */
  block = async (user, on = true) => settings(await this.#ask('settings', { block: { user, on } }));

  /** @type {Face['ask']} */
  ask = (name, body) => this.#ask(name, body);

  /** @type {Face['reconnect']} */
  reconnect = () => this.#line.again();
  /** @type {Face['close']} */
  close = () => this.#line.close();
  /** @type {Face['signOut']} */
  signOut = () => this.#line.signOut();

  /** @param {string} name @param {object} body @returns {Promise<Ok>} */
  #ask(name, body) {
    return this.#errands.run(() => this.#messenger.ask(name, body));
  }

  /** @param {string|number} to */
  #row(to) {
    return this.#messenger.conversation(typeof to === 'number' ? `conversation:${to}` : to);
  }

  /** @param {Ok} ok */
  #opened({ conversation }) {
    return view.conversation(this.#messenger, /** @type {import('../core/wire.js').Conversation} */ (conversation));
  }
}

/** @type {typeof import('./parlour.d.ts').connect} */
const connect = (options) => new Parlour(options);

export { Failure, connect, signIn };
