/** The calls beside the socket: who the application is, signing in and out, a one-time token for the socket. */
import { call, socketOf } from '../core/call.js';

/** @typedef {{id: string, name: string, colour: string|null, icon: string|null, sign_in: string[], provider?: string}} Brand */
/** `ask_again`: the application is to be asked again every few minutes who this is. @typedef {{token: string, app?: string, user?: import('../core/wire.js').User, ask_again?: boolean}} Entry */

/** Whether the server answers anything at all. */
export const answers = () => fetch('/client/application', { cache: 'no-store', signal: AbortSignal.timeout(5000) }).then(() => true, () => false);

/** @param {string|null} app @returns {Promise<Brand>} */
export const application = (app) => call('GET', `/client/application${whose(app)}`);

/** @param {{app: string, username: string, password: string} | {app: string, ticket: string} | {app: string, token: string} | {app: string, who_am_i: true} | {app: string, oidc: {code: string, state: string, iss?: string}}} credential */
export const signIn = (credential) => call('POST', '/client/session', credential);

/** Where a browser goes to sign in with the application's identity provider. @param {string} app @returns {Promise<{url: string}>} */
export const provider = (app) => call('POST', '/client/oidc', { app });

/** Signs in by the application's own cookie, where that is a way in; null where it is none. @param {string} app @returns {Promise<Entry|null>} */
export async function whoAmI(app) {
  const { sign_in } = await application(app);
  if (!sign_in.includes('whoami')) return null;
  await signIn({ app, who_am_i: true });
  return enter(app);
}

/** Each application has a cookie of its own; without one named, the only one counts. @param {string|null} app */
const whose = (app) => (app ? `?app=${encodeURIComponent(app)}` : '');

/** A token that opens the socket, or another window, once. @param {string|null} app @param {string} [bearer] where no cookie is @returns {Promise<Entry>} */
export const enter = (app, bearer) => call('POST', `/client/session/socket${whose(app)}`, undefined, bearer);

/** @param {string} app @param {string} [bearer] where no cookie is */
export const signOut = (app, bearer) => call('DELETE', `/client/session${whose(app)}`, undefined, bearer);

export const dial = () => new WebSocket(socketOf(location.origin), 'parlour.v1');
