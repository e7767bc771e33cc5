/** Who a cookie says this is: the application's own, or that of a window in which somebody signed in with the identity provider. */
import { application, enter, whoAmI } from './door.js';

/** @typedef {import('./door.js').Entry} Entry */

/** Null: nobody. What did not work is thrown, and tried again. @param {string} app @returns {Promise<Entry|null>} */
export const byCookie = async (app) => (await whoAmI(app).catch(nobody)) ?? (await byProvider(app).catch(nobody));

/** The session that a window of its own has opened; browsers show it here where the page around is on our site. @param {string} app @returns {Promise<Entry|null>} */
async function byProvider(app) {
  if (!(await application(app)).provider) return null;
  const entry = await enter();
  return entry.app === app ? entry : null;
}

/** @param {{code?: string}} cause */
function nobody(cause) {
  if (cause.code !== 'unauthenticated') throw cause;
  return null;
}
