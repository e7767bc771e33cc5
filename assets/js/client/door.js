/** The calls beside the socket: who the application is, signing in and out, a one-time token for the socket. */
import { Failure } from '../core/failure.js';

const PATIENCE = 20_000;

/** @typedef {{id: string, name: string, colour: string|null, icon: string|null, sign_in: string[]}} Brand */
/** @typedef {{token: string, app?: string, user?: import('../core/wire.js').User}} Entry */

/** @param {string} method @param {string} path @param {object} [body] @param {string} [bearer] @returns {Promise<any>} */
async function call(method, path, body, bearer) {
  let response;
  try {
    response = await fetch(path, {
      method,
      credentials: 'same-origin',
      headers: { accept: 'application/json', ...(body && { 'content-type': 'application/json' }), ...(bearer && { authorization: `Bearer ${bearer}` }) },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(PATIENCE),
    });
  } catch {
    throw Failure.disconnected();
  }
  const answer = await response.json().catch(() => null);
  if (response.ok) return answer;
  const known = /** @type {Record<number, string>} */ ({ 401: 'unauthenticated', 403: 'forbidden', 404: 'not_found', 429: 'rate_limited' });
  throw new Failure({ temporary: response.status >= 500, code: known[response.status] ?? 'internal', ...answer });
}

/** Whether the server answers anything at all. */
export const answers = () => fetch('/client/application', { cache: 'no-store', signal: AbortSignal.timeout(5000) }).then(() => true, () => false);

/** @param {string|null} app @returns {Promise<Brand>} */
export const application = (app) => call('GET', `/client/application${app ? `?app=${encodeURIComponent(app)}` : ''}`);

/** @param {{app: string, username: string, password: string} | {app: string, ticket: string} | {app: string, token: string}} credential */
export const signIn = (credential) => call('POST', '/client/session', credential);

/** A token that opens the socket, or another window, once. @param {string} [bearer] where no cookie is @returns {Promise<Entry>} */
export const enter = (bearer) => call('POST', '/client/session/socket', undefined, bearer);

export const signOut = () => call('DELETE', '/client/session');

/** The socket's address on this server. */
export function dial() {
  const url = new URL('/ws', location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return new WebSocket(url, 'parlour.v1');
}
