/**
 * One signed-in user's messenger, without a screen: connection, copy of the rows, outbox, marks. Views read its parts
 * and listen to its signal. Knows neither the document nor where the credential comes from.
 */
import { clock } from './clock.js';
import { Connection } from './connection.js';
import { freshKey } from './key.js';
import { History } from './history.js';
import { Marks } from './mark.js';
import { News } from './news.js';
import { Outbox } from './outbox.js';
import { conversationOf, partyOf } from './party.js';
import { Presence } from './presence.js';
import { Presses } from './press.js';
import { Replica } from './replica.js';
import { Requests } from './request.js';
import { Roster } from './roster.js';
import { Signal } from './signal.js';
import { Typing } from './typing.js';

const WRITES = new Set(['send', 'edit', 'delete', 'act', 'open', 'room', 'settings']);

/**
 * @typedef {object} Options
 * @property {string} app
 * @property {string} [user] whose it has to be, if that is known
 * @property {() => WebSocket} dial
 * @property {(why: string|null) => Promise<string>} token
 * @property {import('./keep.js').Store} store
 * @property {{name: string, version: string, locale?: string}} client
 * @property {(welcome: import('./wire.js').Welcome) => void} [onwelcome]
 * @property {(message: import('./wire.js').Message) => void} [onmessage] one was written just now, or while this client was away
 * @property {(message: import('./wire.js').Message) => void} [onupdate] one that was there before is another now
 * @property {(message: import('./wire.js').Message) => void} [onsent] one of this user's own has reached the server
 * @property {(entry: import('./outbox.js').Entry) => void} [onrefuse] the server does not take one
 * @property {(presence: import('./wire.js').Presence[]) => void} [onpresence]
 * @property {(typing: {conversation: number, user: string, on: boolean}) => void} [ontyping]
 * @property {number} [keep] how many messages of a conversation stay here that nobody has looked back in; left out: all
 * @property {import('./clock.js').Clock} [clock]
 */

export class Messenger {
  signal = new Signal();
  replica = new Replica();
  /** @type {import('./wire.js').User|null} */ me = null;
  /** @type {import('./wire.js').Application|null} */ application = null;
  /** @type {import('./wire.js').Limits} */ limits = { frame: 65536, text: 16384, file: 0, rate: 10, burst: 300 };
  #device = freshKey();

  /** @param {Options} options */
  constructor(options) {
    this.options = options;
    const time = options.clock ?? clock;
    /** @param {...import('./signal.js').Subject} subjects */
    const plug = (...subjects) => ({ ask: this.ask, replica: this.replica, clock: time, onchange: () => this.signal.touch(...subjects) });
    this.presence = new Presence({ ...plug('presence'), ontake: options.onpresence });
    this.typing = new Typing(plug('typing'));
    this.history = new History(plug('messages'));
    this.roster = new Roster(plug('roster'));
    this.news = new News(options);
    this.marks = new Marks(plug('members'));
    this.presses = new Presses(plug('messages'));
    this.outbox = new Outbox({ ...plug('outbox'), store: options.store, onrefuse: options.onrefuse });
    if (options.user) this.outbox.adopt([options.app, options.user]);
    this.connection = new Connection({
      clock: time,
      dial: options.dial,
      hello: async (why) => this.#hello(await options.token(why)),
      onframe: (name, body) => this.#take(name, body),
      onlink: (link) => this.#linked(link),
    });
    this.requests = new Requests((frame) => this.connection.write(frame), time);
  }

  /** @returns {import('./rows.js').Rows} */
  get rows() {
    return this.replica.rows;
  }

  get link() {
    return this.connection.link;
  }

  get id() {
    return this.me?.id ?? '';
  }

  start() {
    this.connection.start();
  }

  stop() {
    this.connection.stop();
  }

  /** @param {string} name @param {object} body @returns {Promise<import('./wire.js').Ok>} */
  ask = async (name, body) => {
    const ok = await this.requests.ask(name, body);
    const moves = WRITES.has(name);
    const { version } = this.replica;
    this.#touched(this.replica.answer(ok, moves), ok, moves ? version : Infinity);
    return ok;
  };

  /** @param {string|null} party */
  conversation(party) {
    return party === null ? undefined : conversationOf(this.rows, party, this.id);
  }

  /** @param {import('./wire.js').Conversation} conversation */
  party(conversation) {
    return partyOf(this.rows, conversation, this.id);
  }

  /** @param {string} token */
  #hello(token) {
    const { app, client } = this.options;
    return { app, token, since: this.replica.since, client: { ...client, device: this.#device } };
  }

  /** @param {string} name @param {any} body */
  #take(name, body) {
    if (name === 'welcome') this.#welcome(body);
    else if (name === 'sync') this.#sync(body);
    else if (name === 'application') this.#application(body);
    else if (name === 'presence') this.presence.take(body.users);
    else if (name === 'typing') {
      this.typing.take(body.conversation, body.user, body.on);
      this.options.ontyping?.(body);
    } else if (name === 'ok') this.requests.succeed(body);
    else if (name === 'error' && body.id) this.requests.fail(body);
  }

  /** @param {{show: import('./wire.js').Show}} change */
  #application(change) {
    if (this.application) this.application = { ...this.application, ...change };
    this.signal.touch('users');
  }

  /** @param {import('./wire.js').Sync} sync */
  #sync(sync) {
    const { version } = this.replica;
    this.#touched(this.replica.sync(sync), sync, version);
  }

  /** @param {import('./wire.js').Welcome} welcome */
  #welcome(welcome) {
    // what is here, written or read, is somebody else's
    if ((this.me?.id ?? this.options.user ?? welcome.me.id) !== welcome.me.id) return this.connection.end('conflict', 'The token is another user\'s');
    this.me = welcome.me;
    this.application = welcome.application;
    this.limits = welcome.limits;
    this.replica.welcome(welcome.epoch);
    this.options.onwelcome?.(welcome);
    this.requests.open();
    this.outbox.adopt([this.options.app, welcome.me.id], welcome.epoch);
    this.outbox.open();
    this.presence.open(this.me.id);
    this.marks.open();
    this.signal.touch('users', 'link');
  }

  /** @param {import('./connection.js').Link} link */
  #linked(link) {
    if (link.phase !== 'ready') {
      this.outbox.close();
      this.requests.close();
    }
    this.signal.touch('link');
  }

  /** @param {Set<import('./rows.js').Table>|'all'} touched @param {import('./wire.js').RowSet} set @param {number} version as of which all was known */
  #touched(touched, set, version) {
    const live = touched !== 'all' && this.replica.live;
    const me = this.rows.users.get(this.id);
    if (me) this.me = me;
    const messages = [...(set.messages ?? []), ...(set.message ? [set.message] : [])];
    for (const message of messages) {
      if (!message.key) this.marks.received();
      else if (this.outbox.settle(message.key)) this.#answered(message);
      if (message.key) this.options.onsent?.(message);
      if (live) this.news.tell(message, version);
      if (message.from.startsWith('user:')) this.typing.take(message.conversation, message.from.slice(5), false);
    }
    for (const id of new Set(messages.map(({ conversation }) => conversation))) if (!this.history.paged.has(id)) this.rows.trim(id, this.id, this.options.keep);
    for (const group of set.groups ?? []) this.roster.forget(group.id);
    if (set.groups?.length || set.conversations?.length || set.conversation) this.presence.again();
    if (touched === 'all') {
      this.news.renew(this.replica.missed());
      this.roster.forget();
      this.signal.touch('users', 'groups', 'conversations', 'members', 'messages', 'settings');
    } else this.signal.touch(...touched);
    this.news.settle(this.replica.version);
  }

  /** Who answers has read what was there; the server is told. @param {import('./wire.js').Message} message */
  #answered({ conversation, prev, id }) {
    if ((this.rows.member(conversation, this.id)?.read ?? id) < prev) this.marks.read(conversation, this.id, id);
  }
}
