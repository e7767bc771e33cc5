/**
 * What the widget signs in with: the session that it was given earlier (kept for this tab only, because a ticket works
 * once and pages are reloaded), else the page's ticket, else what the page's own function gives.
 */
import { Failure } from '../core/failure.js';
import { session } from './keep.js';

/** @typedef {{user: string, token: string, from: string}} Kept */

export class Credentials {
  /** @type {'kept'|'ticket'|'asked'|null} */ #used = null;
  /** @type {Set<string>} */ #refused = new Set();

  /**
   * @param {string} app
   * @param {import('./parent.js').Start} start
   * @param {() => Promise<import('./parent.js').Credential|null>} ask
   */
  constructor(app, start, ask) {
    this.name = `session/${app}`;
    this.start = start;
    this.ask = ask;
  }

  /** @param {string|null} why the code that ended the last connection @returns {Promise<string>} */
  async token(why) {
    if ((why === 'unauthenticated' || why === 'expired') && this.#used) {
      if (this.#used === 'kept') this.forget();
      this.#refused.add(this.#used);
    }
    const { ticket, user } = this.start;
    const kept = this.kept();
    const known = kept !== null && (user !== null ? kept.user === user : !ticket || kept.from === ticket || this.#refused.has('ticket'));
    if (kept && known) return this.#use('kept', kept.token);
    if (ticket && !this.#refused.has('ticket')) return this.#use('ticket', ticket);
    const asked = await this.ask();
    if (asked) return this.#use('asked', asked.value);
    throw new Failure({ code: 'unauthenticated' });
  }

  /** @param {import('../core/wire.js').Welcome} welcome */
  keep(welcome) {
    const { token } = welcome.session;
    if (this.#used === 'ticket') this.#refused.add('ticket');
    if (!token) return;
    const from = this.#used === 'ticket' ? (this.start.ticket ?? '') : '';
    session.set(this.name, JSON.stringify({ user: welcome.me.id, token, from }));
  }

  forget() {
    session.remove(this.name);
  }

  /** @returns {Kept|null} */
  kept() {
    try {
      const kept = JSON.parse(session.get(this.name) ?? 'null');
      return typeof kept?.token === 'string' && typeof kept.user === 'string' ? kept : null;
    } catch {
      return null;
    }
  }

  /** @param {'kept'|'ticket'|'asked'} how @param {string} value */
  #use(how, value) {
    this.#used = how;
    return value;
  }
}
