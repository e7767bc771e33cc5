/** One user's stay in the frame: from the page that vouches for them until they sign out, or until the page goes on with another. */
import { Credentials, keptFor } from '../core/credential.js';
import { Lent } from './cookie.js';
import { signOut } from './door.js';
import { session } from './keep.js';

/** What is on its way when somebody signs out has so long. */
const PATIENCE = 2000;

/** @typedef {Promise<import('./parent.js').Credential|null>} Found */
/** @typedef {import('./farewell.js').Farewell} Farewell */

export class Stay {
  /**
   * @param {string} app
   * @param {{user: string|null, ticket: string|null}} start whose it has to be, if the page says so; the credential in the page
   * @param {(lent: Lent) => Found} ask who is signed in; null: nobody
   * @param {(stay: Stay) => import('./desk.js').Desk} open
   */
  constructor(app, start, ask, open) {
    this.app = app;
    /** For a page that has no way of its own to say who is signed in. */
    this.lent = new Lent(app, () => this.desk.messenger.connection.nudge());
    this.credentials = new Credentials(app, start, () => ask(this.lent), session);
    this.desk = open(this);
    this.desk.messenger.start();
  }

  /**
   * On a page that only says good-bye: of whom it names, else of whose session this tab has, else of whose cookie there is.
   * @param {string} app @param {string|null} named @param {(stay: Stay) => import('./desk.js').Desk} open
   */
  static last(app, named, open) {
    const user = named ?? keptFor(app, session);
    return new Stay(app, { user, ticket: null }, (lent) => lent.had(user), open);
  }

  /** Whose it is; empty as long as nobody has said it. */
  get user() {
    return this.desk.owner || (this.credentials.kept()?.user ?? '');
  }

  /** The page goes on with another. */
  end() {
    this.desk.notices = null;
    this.desk.end();
    this.lent.stop();
  }

  /**
   * At the server too. What was written a moment ago may leave first; nothing stays behind, also where the page goes meanwhile.
   * @param {(user: string) => void} [tell] the other pages of this browser
   */
  async signOut(tell = () => {}) {
    const told = this.user;
    if (told) tell(told);
    this.credentials.leave();
    this.desk.notices = null;
    this.desk.trays.clear(); // the server takes back what was not sent as long as it knows who asks
    /** @type {Promise<void>|null} */ let over = null;
    const end = () => (over ??= this.#forget());
    addEventListener('pagehide', end, { once: true });
    await this.desk.settled(PATIENCE);
    if (this.user !== told) tell(this.user);
    await end();
  }

  async #forget() {
    const token = this.credentials.kept()?.token;
    const ended = token || this.lent.is ? signOut(this.app, token).catch(() => {}) : null;
    this.desk.clear();
    this.end();
    await ended;
  }
}
