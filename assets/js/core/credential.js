/**
 * What a page of an application signs in with: the session that it was given earlier (a ticket works once, and connections
 * break and pages are reloaded), else the credential that the page came with, else what the page's own function gives. What an
 * earlier page of the tab was given counts only where it is sure that it is for the same user: somebody else may have signed in.
 */
import { Failure } from './failure.js';
import { keeper } from './keep.js';

/** Tickets, JWTs and Parlour's own tokens are of such letters; a page that says what went wrong is not. */
const TOKEN = /^[\w.~+/=-]+$/;

/** @typedef {{user: string, token: string, from: string}} Kept */

/** @param {string} app */
const nameOf = (app) => `session/${app}`;

/** Whose session an earlier page of this tab was given. @param {string} app @param {import('./keep.js').Keep} keeper */
export const keptFor = (app, keeper) => parse(keeper.get(nameOf(app)))?.user ?? null;

export class Credentials {
  /** What was presented last. */ value = '';
  /** @type {'kept'|'ticket'|'asked'|null} */ #used = null;
  /** @type {Set<string>} */ #refused = new Set();
  /** What is kept, this page was given. */ #own = false;

  /**
   * @param {string} app
   * @param {{user: string|null, ticket: string|null}} start whose it has to be, if the page says so; the credential in the page
   * @param {(why: string|null) => Promise<{value: string}|null>} ask null: nobody is signed in
   * @param {import('./keep.js').Keep} keeper where the session is kept
   */
  constructor(app, start, ask, keeper) {
    this.name = nameOf(app);
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
    const { ticket } = this.start;
    const kept = this.kept();
    if (kept) return this.#use('kept', kept.token);
    if (ticket && !this.#refused.has('ticket')) return this.#use('ticket', ticket);
    const asked = String((await this.ask(why))?.value ?? '').trim();
    if (!asked) throw new Failure({ code: 'unauthenticated' });
    if (!TOKEN.test(asked)) throw new Failure({ code: 'unavailable', message: 'what was given as a token is none', temporary: true });
    return this.#use('asked', asked);
  }

  /** @param {import('./wire.js').Welcome} welcome */
  keep(welcome) {
    const { token } = welcome.session;
    if (!token) return; // it came with one that is good for the next time too
    if (this.#used === 'ticket') this.#refused.add('ticket');
    const from = this.#used === 'ticket' ? (this.start.ticket ?? '') : '';
    this.keeper.set(this.name, JSON.stringify({ user: welcome.me.id, token, from }));
    this.#own = true;
  }

  forget() {
    this.keeper.remove(this.name);
    this.#own = false;
  }

  /** Whoever signs out leaves nothing for the next page. What is needed until then is known here alone. */
  leave() {
    const kept = this.kept();
    if (kept) this.keeper.remove(this.name);
    this.keeper = keeper(() => undefined);
    if (kept) this.keeper.set(this.name, JSON.stringify(kept));
  }

  /** The session that is this page's to use. @returns {Kept|null} */
  kept() {
    const { ticket, user } = this.start;
    const kept = parse(this.keeper.get(this.name));
    const same = user !== null ? kept?.user === user : this.#own || (ticket !== null && kept?.from === ticket);
    return same ? kept : null;
  }

  /** @param {'kept'|'ticket'|'asked'} how @param {string} value */
  #use(how, value) {
    this.#used = how;
    this.value = value;
    return value;
  }
}

/** @param {string|null} text @returns {Kept|null} */
function parse(text) {
  try {
    const kept = JSON.parse(text ?? 'null');
    return typeof kept?.token === 'string' && typeof kept.user === 'string' ? kept : null;
  } catch {
    return null;
  }
}
