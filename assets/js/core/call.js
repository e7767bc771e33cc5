/** One call beside the socket, in JSON. What goes wrong is a `Failure`. */
import { Failure } from './failure.js';

const PATIENCE = 20_000;
const CODES = /** @type {Record<number, string>} */ ({ 401: 'unauthenticated', 403: 'forbidden', 404: 'not_found', 413: 'too_large', 429: 'rate_limited' });

/** @param {string} method @param {string|URL} address @param {object} [body] @param {string} [bearer] @returns {Promise<any>} */
export async function call(method, address, body, bearer) {
  let response;
  try {
    response = await fetch(address, {
      method,
      keepalive: method === 'DELETE', // signing out outlives the page
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
  throw failed(response.status, answer);
}

/** What an answer says went wrong. @param {number} status @param {any} answer */
export const failed = (status, answer) => new Failure({ temporary: status >= 500, code: CODES[status] ?? 'internal', ...answer });

/** Where sockets are opened. @param {string|URL} base the server's address, with a `/` at its end @returns {URL} */
export function socketOf(base) {
  const url = new URL('ws', base);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url;
}
