/** The line to the server: opened with what the options say, watched over, closed. Tells how it is. */
import { Failure } from '../core/failure.js';
import { keeper } from '../core/keep.js';
import { Messenger } from '../core/messenger.js';
import { baseOf, credentialsOf, dialOf, signOut } from './entrance.js';
import { Cargo } from './cargo.js';
import { Errands } from './errand.js';
import { Events } from './event.js';
import { Letters } from './letter.js';

const STATUS = /** @type {const} */ ({ off: 'closed', connecting: 'connecting', ready: 'online', waiting: 'offline', stopped: 'stopped' });
/** A program that runs for months does not keep what was said in all of them. */
const KEEP = 500;
const CLIENT = { name: 'parlour.js', version: '1' };

export class Line {
  events = new Events();
  #status = '';
  #away = false;

  /** @param {import('./parlour.d.ts').Options} options */
  constructor(options) {
    const tell = (/** @type {string} */ name) => (/** @type {any} */ what) => this.events.tell(name, what);
    const base = (this.base = baseOf(options.server));
    const credentials = (this.credentials = credentialsOf(options));
    this.messenger = new Messenger({
      app: options.app,
      ...(options.user && { user: options.user }),
      client: options.client ?? CLIENT,
      keep: KEEP,
      dial: dialOf(options, base),
      store: keeper(() => options.storage),
      token: (why) => credentials.token(why),
      onwelcome: (welcome) => credentials.keep(welcome),
      onmessage: tell('message'),
      onupdate: tell('update'),
      onpresence: tell('presence'),
      ontyping: tell('typing'),
      onsent: (message) => this.letters.sent(message),
      onrefuse: (entry) => this.letters.refused(entry),
    });
    this.app = options.app;
    this.errands = new Errands(this.messenger);
    this.letters = new Letters(this.messenger, this.errands);
    this.messenger.signal.listen(() => this.#changed());
    this.cargo = new Cargo(this);
    this.messenger.start();
    this.ready = this.errands.until(() => this.messenger.replica.complete);
    this.ready.catch(() => {}); // who does not wait for it hears of the end by `status`
    globalThis.addEventListener?.('offline', this.#leave);
    globalThis.addEventListener?.('online', this.#wake);
    globalThis.document?.addEventListener('visibilitychange', this.#wake);
  }

  get status() {
    return STATUS[this.messenger.link.phase];
  }

  again() {
    if (this.status === 'stopped') this.messenger.start();
    else this.#wake();
  }

  close() {
    globalThis.removeEventListener?.('offline', this.#leave);
    globalThis.removeEventListener?.('online', this.#wake);
    globalThis.document?.removeEventListener('visibilitychange', this.#wake);
    this.messenger.stop();
  }

  /** What calls beside the socket are made with. */
  bearer = () => this.credentials.kept()?.token ?? this.credentials.value;

  async signOut() {
    const token = this.bearer();
    this.credentials.forget();
    this.close();
    this.messenger.outbox.clear();
    if (token) await signOut(this.base, token);
  }

  #leave = () => void (this.#away = true);

  /** The network or the page came back. A connection from before the network went is not one any more. */
  #wake = () => {
    const dead = this.#away;
    this.#away = false;
    this.messenger.connection.nudge(dead);
  };

  #changed() {
    const { status } = this;
    const end = this.errands.end();
    if (end) this.letters.end(end);
    if (status !== this.#status) {
      const { code, message } = this.messenger.link;
      this.#status = status;
      this.events.tell('status', { status, ...(code && { error: new Failure({ code, message, temporary: status !== 'stopped' }) }) });
    }
    this.events.tell('change');
  }
}
