/**
 * Signing in with an identity provider: this page sends its browser there, and is where it comes back to. What it brings stands
 * in the address, leaves that at once, and is posted like every other way in.
 */
import { Failure } from '../core/failure.js';
import * as door from './door.js';
import { session } from './keep.js';
import { sentence, t } from './language.js';

/** What the provider gave (RFC 6749 4.1.2). @typedef {{app: string, code: string|null, state: string, iss: string|null, error: string|null}} Back */

/** Which conversation was wanted before. */
const WITH = 'provider/with';
/** What somebody decided there, as the provider's codes say it (RFC 6749 4.1.2.1, OpenID Connect Core 3.1.2.6). */
const DENIED = new Set(['access_denied', 'login_required', 'interaction_required', 'consent_required', 'account_selection_required']);
const DOWN = new Set(['temporarily_unavailable', 'server_error']);

/** Leaves for the provider. @param {string} app */
export async function leave(app) {
  const { url } = await door.provider(app);
  if (!/^https?:\/\//.test(url)) throw new Failure({ code: 'unavailable' });
  session.set(WITH, new URLSearchParams(location.hash.slice(1)).get('with') ?? '');
  location.assign(url);
}

/** What the browser brought, where it comes from there; the address becomes the one of the page. @returns {Back|null} */
export function arrive() {
  const app = /^\/sign-in\/([a-z0-9-]+)$/.exec(location.pathname)?.[1];
  if (!app) return null;
  const said = new URLSearchParams(location.search);
  const party = session.get(WITH);
  session.remove(WITH);
  history.replaceState(null, '', `/?app=${app}${party ? `#with=${encodeURIComponent(party)}` : ''}`);
  return { app, code: said.get('code'), state: said.get('state') ?? '', iss: said.get('iss'), error: said.get('error') };
}

/** Signs in with it; throws what went wrong. @param {Back} back */
export async function redeem({ app, code, state, iss, error }) {
  if (!code) throw new Failure({ code: DENIED.has(error ?? '') ? 'denied' : DOWN.has(error ?? '') ? 'unavailable' : 'refused', message: error ?? 'no code' });
  await door.signIn({ app, oidc: { code, state, ...(iss !== null && { iss }) } });
}

/** What went wrong, in a sentence. Of what stands in an address, which anybody can write, only a code is shown. @param {Failure} failure @param {string} name of the provider */
export function trouble({ code, message, ...more }, name) {
  if (code === 'denied') return t('provider.denied', { name });
  if (code === 'refused') return t('provider.refused', { name, code: /^[a-z_]{1,40}$/.test(message) ? message : '?' });
  if (code === 'conflict') return t('provider.stale');
  if (code === 'unauthenticated') return t('provider.again', { name });
  if (code === 'forbidden') return t('provider.forbidden', { name });
  if (code === 'unavailable') return t('provider.down', { name });
  return sentence({ code, message, ...more });
}
