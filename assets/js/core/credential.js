/**
 * What a page of an application signs in with: the session that it was given earlier (a ticket works once, and connections
 * break and pages are reloaded), else the credential that the page came with, else what the page's own function gives.
 */
import { Failure } from './failure.js';

/** @typedef {{user: string, token: string, from: string}} Kept */

export class Credentials {
  /** What was presented last. */ value = '';
  /** @type {'kept'|'ticket'|'asked'|null} */ #used = null;
  /** @type {Set<string>} */ #refused = new Set();

  /**
   * @param {string} app
   * @param {{user: string|null, ticket: string|null}} start whose it has to be, if the page says so; the credential in the page
   * @param {(why: string|null) => Promise<{value: string}|null>} ask
   * @param {import('./keep.js').Keep} keeper where the session is kept
   */
  constructor(app, start, ask, keeper) {
    this.name = `session/${app}`;
    this.start = start;
    this.ask = ask;
    this.keeper = keeper;
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
    const asked = await this.ask(why);
    if (asked) return this.#use('asked', asked.value);
    throw new Failure({ code: 'unauthenticated' });
  }

  /** @param {import('./wire.js').Welcome} welcome */
  keep(welcome) {
    const { token } = welcome.session;
    if (!token) return; // it came with one that is good for the next time too
    if (this.#used === 'ticket') this.#refused.add('ticket');
    const from = this.#used === 'ticket' ? (this.start.ticket ?? '') : '';
    this.keeper.set(this.name, JSON.stringify({ user: welcome.me.id, token, from }));
  }

  forget() {
    this.keeper.remove(this.name);
  }

  /** @returns {Kept|null} */
  kept() {
    try {
      const kept = JSON.parse(this.keeper.get(this.name) ?? 'null');
      return typeof kept?.token === 'string' && typeof kept.user === 'string' ? kept : null;
    } catch {
      return null;
    }
  }

  /** @param {'kept'|'ticket'|'asked'} how @param {string} value */
  #use(how, value) {
    this.#used = how;
    this.value = value;
    return value;
  }
}
