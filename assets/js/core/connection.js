/**
 * The life of the socket: open it, say hello, keep it alive, notice that it died, come back. Knows frames only as far
 * as that needs (`hello welcome bye error` and the empty heartbeat) and hands every other one on.
 */
import { pause } from './backoff.js';
import { Failure } from './failure.js';

const SILENCE = 40_000;
const HANDSHAKE = 20_000;
const STEADY = 10_000;
const MINUTE = 60_000;

/** @typedef {{phase: 'off'|'connecting'|'ready'|'waiting'|'stopped', code?: string, message?: string, until?: number}} Link */
/**
 * @typedef {object} Plug
 * @property {() => WebSocket} dial opens a socket with the subprotocol parlour.v1
 * @property {(why: string|null) => Promise<object>} hello the body of `hello`; `why` is the code that ended the last attempt.
 *   Throws a Failure `unauthenticated` where there is no credential (any more)
 * @property {(name: string, body: any) => void} onframe
 * @property {(link: Link) => void} onlink
 * @property {import('./clock.js').Clock} clock
 */

export class Connection {
  /** @type {Link} */ link = { phase: 'off' };
  /** @type {WebSocket|null} */ #socket = null;
  #attempt = 0;
  #refused = 0;
  #ended = -MINUTE;
  #heard = 0;
  #since = 0;
  #turn = 0;
  /** @type {any} */ #timer = null;
  /** @type {any} */ #watch = null;
  /** @type {import('./wire.js').Bye|null} */ #bye = null;
  /** @type {string|null} */ #why = null;

  /** @param {Plug} plug */
  constructor(plug) {
    this.plug = plug;
  }

  start() {
    if (this.link.phase !== 'off' && this.link.phase !== 'stopped') return;
    this.#attempt = this.#refused = 0;
    this.#why = null;
    this.#connect();
  }

  stop() {
    this.#drop();
    this.#tell({ phase: 'off' });
  }

  /** The network or the page came back: do not wait any longer, and do not trust an old silence. @param {boolean} [dead] this connection is known to be */
  nudge(dead = false) {
    if (this.link.phase === 'waiting') this.#connect();
    else if (this.link.phase === 'ready' && (dead || this.#silent() > SILENCE)) this.#retry(0);
  }

  /** @param {object} frame */
  write(frame) {
    if (this.#socket?.readyState === 1) this.#socket.send(JSON.stringify(frame));
  }

  async #connect() {
    this.#drop();
    this.#tell({ phase: 'connecting' });
    const turn = ++this.#turn;
    const mine = () => this.link.phase === 'connecting' && this.#turn === turn;
    try {
      const hello = await this.plug.hello(this.#why);
      if (mine()) this.#open(hello);
    } catch (cause) {
      const failure = Failure.of(cause);
      if (!mine()) return;
      if (['unauthenticated', 'forbidden', 'not_found'].includes(failure.code)) this.end(failure.code, failure.message);
      else this.#retry(failure.retryAfter, failure);
    }
  }

  /** @param {object} hello */
  #open(hello) {
    const socket = (this.#socket = this.plug.dial());
    this.#bye = null;
    socket.onopen = () => this.write({ hello });
    socket.onmessage = (event) => this.#receive(String(event.data));
    socket.onclose = (event) => this.#closed(event.code);
    socket.onerror = () => {}; // a close follows; some sockets outside of browsers throw what nobody listens to
    this.#heard = this.plug.clock.now();
    this.#guard();
  }

  /** @param {string} text */
  #receive(text) {
    this.#heard = this.plug.clock.now();
    const frame = JSON.parse(text);
    const name = Object.keys(frame)[0];
    if (!name) return this.write({});
    const body = frame[name];
    if (name === 'bye') this.#bye = body;
    else if (name === 'error' && !body.id && this.link.phase === 'connecting') {
      this.#bye ??= { code: body.code, message: body.message, reconnect: body.temporary ? 'later' : 'never' };
    } else {
      if (name === 'welcome') this.#welcomed();
      this.plug.onframe(name, body);
    }
  }

  #welcomed() {
    this.#since = this.plug.clock.now();
    this.#refused = 0;
    this.#why = null;
    this.#tell({ phase: 'ready' });
  }

  /** @param {number} code of the close */
  #closed(code) {
    const bye = this.#bye;
    this.#why = bye?.code ?? null;
    if (this.link.phase === 'ready' && this.plug.clock.now() - this.#since > STEADY) this.#attempt = 0;
    if (bye?.code === 'expired' || bye?.code === 'unauthenticated') {
      if (this.#refused++ > 0) return this.end(bye.code, bye.message);
      return this.#renew();
    }
    if (bye ? bye.reconnect === 'never' : code >= 4500 && code < 5000) return this.end(bye?.code ?? 'refused', bye?.message);
    this.#retry();
  }

  /** Comes back with another credential: not all at once where many are ended, and not again and again where two end each other. */
  #renew() {
    const { clock } = this.plug;
    const soon = clock.now() - this.#ended < MINUTE;
    this.#ended = clock.now();
    this.#retry(soon ? undefined : clock.random());
  }

  /** @param {number} [seconds] wait this long, or by the back-off @param {Failure} [failure] why */
  #retry(seconds, failure) {
    this.#drop();
    const { clock } = this.plug;
    const wait = seconds === undefined ? pause(this.#attempt++, clock.random) : seconds * 1000;
    this.#tell({ phase: 'waiting', until: clock.now() + wait, ...(failure && { code: failure.code, message: failure.message }) });
    this.#timer = clock.after(() => this.#connect(), wait);
  }

  /** Ends it, and does not come back. @param {string} code @param {string} [message] */
  end(code, message) {
    this.#drop();
    this.#tell({ phase: 'stopped', code, message });
  }

  #drop() {
    this.plug.clock.cancel(this.#timer);
    this.plug.clock.cancel(this.#watch);
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null; // but not `onerror`: see above
    socket.close();
  }

  #silent() {
    return this.plug.clock.now() - this.#heard;
  }

  /** A dead network closes nothing: only the clock tells. */
  #guard() {
    this.plug.clock.cancel(this.#watch);
    this.#watch = this.plug.clock.after(() => {
      const limit = this.link.phase === 'ready' ? SILENCE : HANDSHAKE;
      if (this.#silent() > limit) this.#retry();
      else this.#guard();
    }, 5000);
  }

  /** @param {Link} link */
  #tell(link) {
    this.link = link;
    this.plug.onlink(link);
  }
}
