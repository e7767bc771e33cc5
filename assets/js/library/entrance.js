/** How one comes in: where the server is, what is presented, how the socket is opened. */
import { call, socketOf } from '../core/call.js';
import { Credentials } from '../core/credential.js';
import { Failure } from '../core/failure.js';
import { keeper } from '../core/keep.js';

/** @typedef {import('./parlour.d.ts').Options} Options */

/** @param {string} field @param {string} message */
const wrong = (field, message) => new Failure({ code: 'bad_request', field, message });

/**
 * The server's address: what is given, or where this file itself was fetched.
 * @param {import('./parlour.d.ts').Address} [server]
 */
export function baseOf(server) {
  const own = import.meta.url;
  if (server === undefined && !/^https?:/.test(own)) throw wrong('server', 'server: the address of Parlour is missing');
  const base = new URL(typeof server === 'object' ? server.href : (server ?? '.'), server === undefined ? own : undefined);
  if (!/^https?:$/.test(base.protocol)) throw wrong('server', 'server: an http or https address is needed');
  if (!base.pathname.endsWith('/')) base.pathname += '/';
  base.search = base.hash = '';
  return base;
}

/** @param {Options} options @param {URL} base */
export function dialOf({ WebSocket: given }, base) {
  const Socket = given ?? globalThis.WebSocket;
  if (!Socket) throw wrong('WebSocket', 'WebSocket: there is none here; give one, such as the class of the package ws');
  return () => /** @type {WebSocket} */ (new Socket(socketOf(base).href, 'parlour.v1'));
}

/** The session that the server gives is kept for reconnects, in memory only. @param {Options} options */
export function credentialsOf({ app, token, user }) {
  if (typeof app !== 'string' || !app) throw wrong('app', 'app: the id of the application is missing');
  if (typeof token !== 'string' && typeof token !== 'function') throw wrong('token', 'token: a text or a function that gives one is needed');
  const ask = async (/** @type {string|null} */ why) => {
    const value = typeof token === 'function' ? await textOf(await token(why)) : null;
    return value ? { value } : null;
  };
  return new Credentials(app, { user: user ?? null, ticket: typeof token === 'string' ? token : null }, ask, keeper(() => undefined));
}

/** What a function for tokens gives: a text, or how the application's own page answered. @param {import('./parlour.d.ts').Given} given */
async function textOf(given) {
  if (typeof given !== 'object' || given === null) return given;
  if (given.ok) return given.text();
  if (given.status === 401 || given.status === 403) return null;
  throw new Failure({ code: 'unavailable', message: `the page for tokens answered ${given.status}`, temporary: true });
}

/** @type {typeof import('./parlour.d.ts').signIn} */
export const signIn = async ({ server, app, username, password }) => {
  const address = new URL('client/session', baseOf(server));
  return call('POST', address, { app, username, password });
};

/** @param {URL} base @param {string} token */
export const signOut = (base, token) => call('DELETE', new URL('client/session', base), undefined, token);
