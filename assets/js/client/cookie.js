/** Who a cookie says this is: the application's own, or that of a window in which somebody signed in with the identity provider. */
import { Asking } from './asking.js';
import { application, enter, whoAmI } from './door.js';

/** @typedef {import('./door.js').Entry} Entry */

/** Null: nobody. What did not work is thrown, and tried again. @param {string} app @returns {Promise<Entry|null>} */
const byCookie = async (app) => (await whoAmI(app).catch(nobody)) ?? (await byProvider(app).catch(nobody));

/** The session that a window of its own has opened; browsers show it here where the page around is on our site. @param {string} app @returns {Promise<Entry|null>} */
async function byProvider(app) {
  if (!(await application(app)).provider) return null;
  return enter(app);
}

/** @param {{code?: string}} cause */
function nobody(cause) {
  if (cause.code !== 'unauthenticated') throw cause;
  return null;
}

/** A session that a cookie lends: found, asked about again, and given back. */
export class Lent {
  /** There is one, or it is being asked for: whoever signs out meanwhile signs out of it. */ is = false;
  /** @type {Asking|null} */ #asking = null;

  /** @param {string} app @param {() => void} nudge somebody else is signed in now, or nobody */
  constructor(app, nudge) {
    this.app = app;
    this.nudge = nudge;
  }

  /** Null: nobody, or not whom the page names. @param {string|null} user */
  ask(user) {
    return this.#take(user, byCookie(this.app));
  }

  /** Only a session that is there already: to be ended, none is begun. @param {string|null} user */
  had(user) {
    return this.#take(user, enter(this.app).catch(nobody));
  }

  /** @param {string|null} user @param {Promise<Entry|null>} found @returns {Promise<import('./parent.js').Credential|null>} */
  async #take(user, found) {
    this.is = true;
    const entry = await found;
    this.is &&= entry !== null && (!user || entry.user?.id === user);
    if (!entry || !this.is) return null;
    if (entry.ask_again) this.#asking ??= new Asking(this.app, entry.user?.id ?? '', this.nudge);
    return { kind: 'token', value: entry.token };
  }

  stop() {
    this.is = false;
    this.#asking?.stop();
    this.#asking = null;
  }
}
