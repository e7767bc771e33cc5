/**
 * The frame's side of the talk with the page around it. Believes nobody but the window above, from an origin that the
 * server allows, and tells nobody else. What is said is listed here and in `widget.js`, and checked for its form.
 *
 * From the page: `start {user, ticket, asks, open, notices}` (`asks`: it has a way to say who is signed in), `credential {id, kind, value, failed}`, `open {open}`, `go {party}`,
 *   `awake` (there was input), `notices {notices}` (whether it may show some), `clicked {tag}`, `stop {user}` (whom the page names; also without a `start` before it).
 * To the page: `ready`, `credential? {id}`, `badge {unread}`, `brand {colour, name}`, `notices?` (ask for the right),
 *   `notice {tag, title, body}`, `hush {tag}`, `close`, `nobody` (is signed in, and nobody can do that here), `gone` (after `stop`: nothing is left of the user).
 */

import { Failure } from '../core/failure.js';

/** @typedef {{kind: 'ticket'|'token', value: string}} Credential */
/** @typedef {'granted'|'denied'|'default'|'none'} Right */
/** @typedef {{user: string|null, ticket: string|null, asks: boolean, open: boolean, notices: Right}} Start */

const PATIENCE = 20_000;
const LONGEST = 16_384;
const LATER = new Failure({ code: 'unavailable', temporary: true });

export class Parent {
  #origin = '';
  /** @type {Map<number, (found: Credential|null|Failure) => void>} */ #asked = new Map();
  #next = 1;

  /**
   * @param {string[]} origins
   * @param {{onstart: (start: Start) => void, onopen: (open: boolean) => void, ongo: (party: string) => void, onstop: (user: string|null) => void,
   *   onawake: () => void, onnotices: (found: Right) => void, onclick: (tag: string) => void}} calls
   */
  constructor(origins, calls) {
    addEventListener('message', (event) => {
      if (event.source !== window.parent || !origins.includes(event.origin)) return;
      const said = event.data;
      if (typeof said !== 'object' || said === null || (this.#origin && this.#origin !== event.origin)) return;
      if (said.parlour === 'start') {
        this.#origin = event.origin;
        calls.onstart({ user: text(said.user), ticket: text(said.ticket), asks: said.asks === true, open: said.open === true, notices: right(said.notices) });
      } else if (said.parlour === 'stop') {
        this.#origin = event.origin;
        calls.onstop(text(said.user));
      } else if (!this.#origin) return;
      else if (said.parlour === 'open') calls.onopen(said.open === true);
      else if (said.parlour === 'go') calls.ongo(text(said.party) ?? '');
      else if (said.parlour === 'awake') calls.onawake();
      else if (said.parlour === 'notices') calls.onnotices(right(said.notices));
      else if (said.parlour === 'clicked') calls.onclick(text(said.tag) ?? '');
      else if (said.parlour === 'credential') this.#answer(said);
    });
  }

  /** @param {string} what @param {object} [more] */
  tell(what, more = {}) {
    if (this.#origin) window.parent.postMessage({ parlour: what, ...more }, this.#origin);
  }

  /**
   * A fresh ticket or token from the application's page, if it has a way to get one; null: nobody is signed in there. Where it did not
   * work, nobody knows, and it is a Failure that may pass.
   * @returns {Promise<Credential|null>}
   */
  credential() {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      const give = (/** @type {Credential|null|Failure} */ found) => {
        clearTimeout(timer);
        this.#asked.delete(id);
        if (found instanceof Failure) reject(found);
        else resolve(found);
      };
      const timer = setTimeout(() => give(LATER), PATIENCE);
      this.#asked.set(id, give);
      this.tell('credential?', { id });
    });
  }

  /** @param {any} said */
  #answer(said) {
    const value = text(said.value);
    const kind = said.kind === 'ticket' ? 'ticket' : 'token';
    const unknown = said.failed === true || (typeof said.value === 'string' && said.value.length >= LONGEST); // a whole page is no token
    this.#asked.get(said.id)?.(unknown ? LATER : value === null ? null : { kind, value });
  }
}

/** @param {unknown} value @returns {Right} */
const right = (value) => (value === 'granted' || value === 'denied' || value === 'default' ? value : 'none');

/** @param {unknown} value */
const text = (value) => (typeof value === 'string' && value !== '' && value.length < LONGEST ? value : null);
