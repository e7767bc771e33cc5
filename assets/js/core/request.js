/** Requests that wait for their answer: numbers them, keeps at most 32 unanswered, and asks again when told to be slower. */
import { Failure } from './failure.js';

const WINDOW = 32;
const PATIENCE = 30;

/** @typedef {import('./wire.js').Ok} Ok */
/** @typedef {{name: string, body: object, resolve: (ok: Ok) => void, reject: (cause: Failure) => void, tries: number}} Waiting */

export class Requests {
  /** @type {Map<number, Waiting>} */ #asked = new Map();
  /** @type {Waiting[]} */ #queue = [];
  #next = 1;
  #open = false;

  /**
   * @param {(frame: object) => void} write
   * @param {import('./clock.js').Clock} clock
   */
  constructor(write, clock) {
    this.write = write;
    this.clock = clock;
  }

  /** @param {string} name @param {object} body @returns {Promise<Ok>} */
  ask(name, body) {
    if (!this.#open) return Promise.reject(Failure.disconnected());
    return new Promise((resolve, reject) => {
      this.#queue.push({ name, body, resolve, reject, tries: 0 });
      this.#flush();
    });
  }

  /** From now on requests can leave. */
  open() {
    this.#open = true;
  }

  /** The connection is gone: nobody knows what became of what was asked. */
  close() {
    this.#open = false;
    const lost = [...this.#asked.values(), ...this.#queue];
    this.#asked.clear();
    this.#queue = [];
    for (const waiting of lost) waiting.reject(Failure.disconnected());
  }

  /** @param {Ok} ok */
  succeed(ok) {
    this.#take(ok.id)?.resolve(ok);
    this.#flush();
  }

  /** @param {import('./wire.js').ErrorFrame & {id: number}} error */
  fail(error) {
    const waiting = this.#take(error.id);
    if (!waiting) return;
    const after = error.retry_after ?? 1;
    if (error.code === 'rate_limited' && after <= PATIENCE && waiting.tries++ < 5) this.#again(waiting, after);
    else waiting.reject(new Failure(error));
    this.#flush();
  }

  /** @param {Waiting} waiting @param {number} seconds */
  #again(waiting, seconds) {
    this.clock.after(() => {
      if (!this.#open) return waiting.reject(Failure.disconnected());
      this.#queue.push(waiting);
      this.#flush();
    }, seconds * 1000 + this.clock.random() * 250);
  }

  /** @param {number} id */
  #take(id) {
    const waiting = this.#asked.get(id);
    this.#asked.delete(id);
    return waiting;
  }

  #flush() {
    while (this.#open && this.#asked.size < WINDOW) {
      const waiting = this.#queue.shift();
      if (!waiting) return;
      const id = this.#next++;
      this.#asked.set(id, waiting);
      this.write({ [waiting.name]: { id, ...waiting.body } });
    }
  }
}
