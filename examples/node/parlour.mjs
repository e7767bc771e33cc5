/**
 * Parlour for Node applications: one file to copy, nothing to install. Node 18 or newer.
 *
 *     const parlour = new Parlour({ url: 'https://im.example', app: 'oa', key: 'pk_…', callbackSecret: 'whsec_…', tokenSecret: '…' });
 *
 *     await parlour.ticket('anna', { name: 'Anna Liu' });    // lets her in once, within 60 seconds: put it into her page
 *     parlour.token('anna', { name: 'Anna Liu' });           // the same without a call, for an hour
 *     await parlour.send('user:anna', 'Request 118 is approved', { idempotencyKey: '118-approved' });
 *     const { status, body } = await parlour.answer(request.headers, bytes, { 'contacts.list': contacts });   // at the callback address
 *
 * SPDX-License-Identifier: Apache-2.0
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

const TOLERANCE = 300; // seconds that a callback may be old, or ahead of this clock
const TIMEOUT = 10_000; // milliseconds that a request may take
const PAGE = 3_000; // the same, where somebody waits for a page

/** What was refused, or did not work. `message` is one plain sentence. */
export class ParlourError extends Error {
  /** @param {string} code @param {string} sentence @param {{status?: number, field?: string, temporary?: boolean, retry_after?: number}} [more] */
  constructor(code, sentence, { status = 0, field, temporary = false, retry_after } = {}) {
    super(sentence);
    this.name = 'ParlourError';
    this.code = code; // as the interface names it; "unreachable" and "forged" are this file's own
    this.status = status; // of HTTP; 0 where there was no answer
    this.field = field; // which part of what was sent is meant
    this.temporary = temporary; // the same may work later
    this.retryAfter = retry_after; // seconds
  }
}

/**
 * A callback whose signature was right. `id` is the same when it is repeated; `question`: it is answered, else it is a fact that you are told; `test`: somebody tries the interface, change nothing.
 * @typedef {{id: string, type: string, data: any, question: boolean, test: boolean}} Call
 */

export class Parlour {
  #key;
  #callbackSecret;
  #tokenSecret;

  /** @param {{url: string, app: string, key: string, callbackSecret?: string, tokenSecret?: string}} settings */
  constructor({ url, app, key, callbackSecret = '', tokenSecret = '' }) {
    this.url = (url ?? '').replace(/\/+$/, '');
    this.app = app;
    this.#key = key;
    this.#callbackSecret = callbackSecret;
    this.#tokenSecret = tokenSecret;
  }

  /**
   * A ticket for one of your users, who is created or brought up to date.
   * @param {string} user @param {{name?: string, email?: string, title?: string, avatar?: string}} [profile] @returns {Promise<string>}
   */
  async ticket(user, profile = {}) {
    return (await this.request('POST', `/users/${encodeURIComponent(user)}/tickets`, profile, undefined, PAGE)).ticket;
  }

  /**
   * A signed token (JWT, HS256) for one of your users, good for at most a day.
   * @param {string} user @param {{name?: string, email?: string}} [profile] @param {number} [seconds]
   */
  token(user, profile = {}, seconds = 3600) {
    const now = Math.floor(Date.now() / 1000);
    const signed = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode({ ...profile, sub: user, aud: this.app, iat: now, exp: now + seconds })}`;
    return `${signed}.${createHmac('sha256', this.#tokenSecret).update(signed).digest('base64url')}`;
  }

  /**
   * Sends to "user:anna", "group:sales", "everyone", "conversation:7" or a list of them. What returns is kept.
   * The same idempotency key again, within 24 hours, sends nothing new. `more`: `topic`, `card` and what else a message has.
   * Of a list, who could not get it has an `error` in `messages`; one party that could not is a ParlourError.
   * @param {string|string[]} to @param {string} text @param {{idempotencyKey?: string, [more: string]: any}} [options]
   */
  async send(to, text, { idempotencyKey, ...more } = {}) {
    const sent = await this.request('POST', '/messages', { ...more, to, text }, idempotencyKey);
    const refused = typeof to === 'string' && sent.messages?.length === 1 && sent.messages[0].error;
    if (refused) throw new ParlourError(refused.code, refused.message, { field: 'to' });
    return sent;
  }

  /**
   * Any other call of the interface, below /api/v1.
   * @param {string} method @param {string} path @param {object} [body] @param {string} [idempotencyKey] @param {number} [timeout] milliseconds @returns {Promise<any>}
   */
  async request(method, path, body, idempotencyKey, timeout = TIMEOUT) {
    if (!this.url || !this.#key) throw new TypeError(`${this.url ? 'key' : 'url'} is missing`);
    /** @type {Record<string, string>} */ const headers = { authorization: `Bearer ${this.#key}` };
    if (body !== undefined) headers['content-type'] = 'application/json';
    if (idempotencyKey !== undefined) headers['idempotency-key'] = idempotencyKey;
    // the key goes nowhere else: no redirects
    const request = new Request(`${this.url}/api/v1${path}`, { method, headers, body: body && JSON.stringify(body), redirect: 'error', signal: AbortSignal.timeout(timeout) });
    let response, answer;
    try {
      response = await fetch(request);
      answer = await response.text();
    } catch (error) {
      throw new ParlourError('unreachable', `Parlour does not answer: ${error.cause?.message ?? error.message}`, { temporary: true });
    }
    const found = object(answer);
    if (response.ok && (found || !answer)) return found;
    throw refusal(response.status, found);
  }

  /**
   * Checks a callback as Standard Webhooks says. `body` is what came, byte by byte; `now`, in seconds, is for tests.
   * @param {Record<string, string|string[]|undefined>} headers @param {Buffer} body @param {number} [now] @returns {Call}
   */
  verify(headers, body, now = Date.now() / 1000) {
    const given = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value ?? '')]));
    const [id, timestamp] = [given['webhook-id'], given['webhook-timestamp']];
    if (!id || !/^\d{1,12}$/.test(timestamp) || Math.abs(now - Number(timestamp)) > TOLERANCE) {
      throw new ParlourError('forged', 'This callback is not signed, or its time is not now.', { status: 401 });
    }
    const secret = Buffer.from(this.#callbackSecret.replace(/^whsec_/, ''), 'base64');
    if (!secret.length) throw new TypeError('there is no callback secret');
    const proof = createHmac('sha256', secret).update(`${id}.${timestamp}.`).update(body).digest('base64');
    let good = false;
    for (const signature of (given['webhook-signature'] ?? '').split(' ')) good = same(signature, `v1,${proof}`) || good; // several while a secret is rotated
    if (!good) throw new ParlourError('forged', 'The signature of this callback is not right.', { status: 401 });
    const { type, data, question, test } = JSON.parse(body.toString());
    return { id, type, data: data ?? {}, question: Boolean(question), test: Boolean(test) };
  }

  /**
   * Verifies a callback and answers it by its type: "user.verify", "contacts.list", "message.created", "action.invoked" and
   * the facts. Gives the status and the JSON to respond with. What nothing stands for is accepted and forgotten.
   * @param {Record<string, string|string[]|undefined>} headers @param {Buffer} body
   * @param {Record<string, (call: Call) => object|null|undefined|void|Promise<object|null|undefined|void>>} answers
   */
  async answer(headers, body, answers) {
    let call;
    try {
      call = this.verify(headers, body);
    } catch (error) {
      if (!(error instanceof ParlourError)) throw error;
      return { status: error.status, body: JSON.stringify({ error: error.message }) };
    }
    const work = Object.hasOwn(answers, call.type) ? answers[call.type] : undefined;
    return { status: 200, body: JSON.stringify((await work?.(call)) ?? {}) };
  }
}

/** What people typed, as it is, for a message: Markdown in it stays text, and it stays on its line. @param {string} text */
export const plain = (text) => text.replace(/\s+/g, ' ').replace(/[!-/:-@[-`{-~]/g, '\\$&');

/** Null where it is none. @param {string} text */
function object(text) {
  try {
    return Object(JSON.parse(text));
  } catch {
    return null;
  }
}

/** @param {number} status @param {any} problem */
function refusal(status, problem) {
  if (typeof problem?.code === 'string') return new ParlourError(problem.code, problem.detail, { ...problem, status });
  return new ParlourError('unreachable', `Something that is not Parlour answered ${status}.`, { status, temporary: status >= 500 });
}

/** Compares without telling by its time where the difference is. @param {string} one @param {string} other */
function same(one, other) {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** @param {object} value */
const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
