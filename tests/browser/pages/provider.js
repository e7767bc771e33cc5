/** A certified OpenID provider (the package `oidc-provider`) with four people, a page to choose one, and faults on demand. */
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import Oidc from 'oidc-provider';

const PEOPLE = {
  anna: { name: 'Anna Liu', email: 'anna@acme.example', email_verified: true, locale: 'en-GB' },
  ben: { name: 'Ben Okafor', email: 'ben@acme.example', email_verified: false },
  mallory: { name: 'Mallory', email: 'root@acme.example', email_verified: true },
  dora: { name: '王朵拉', email: 'dora@acme.example', email_verified: true, locale: 'zh-CN' },
};

export class Provider {
  /** Whether codes are not taken for a while. */ broken = false;
  /** Paths that were asked for. @type {string[]} */ asked = [];

  static async open() {
    const provider = new Provider();
    provider.server = createServer((request, response) => provider.#serve(request, response));
    await new Promise((resolve) => provider.server.listen(0, '127.0.0.1', () => resolve(null)));
    provider.host = `127.0.0.1:${provider.server.address().port}`;
    provider.issuer = `http://${provider.host}`;
    return provider;
  }

  /** Knows Parlour as its client `im`. @param {string} back where browsers are sent back to */
  knows(back) {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    this.oidc = new Oidc(this.issuer, {
      clients: [{ client_id: 'im', client_secret: 'a secret: with % and +', redirect_uris: [back], grant_types: ['authorization_code'], response_types: ['code'] }],
      jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'first', use: 'sig', alg: 'RS256' }] },
      cookies: { keys: ['for tests'] },
      claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'locale'] },
      pkce: { required: () => true },
      features: { devInteractions: { enabled: false } },
      interactions: { url: (_, { uid }) => `/choose/${uid}` },
      ttl: { AccessToken: 60, AuthorizationCode: 60, IdToken: 60, Grant: 60, Interaction: 600, Session: 60 },
      findAccount: (_, id) => ({ accountId: id, claims: async () => ({ sub: id, ...PEOPLE[id] }) }),
      async loadExistingGrant({ oidc }) {
        const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
        grant.addOIDCScope('openid profile email');
        await grant.save();
        return grant;
      },
    });
  }

  close() {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }

  /** @param {import('node:http').IncomingMessage} request @param {import('node:http').ServerResponse} response */
  async #serve(request, response) {
    const path = String(request.url);
    this.asked.push(`${request.method} ${path.split('?')[0]}`);
    if (this.broken && path === '/token') return response.writeHead(503).end();
    const [, uid, chosen] = /^\/choose\/([\w-]+)(?:\/(\w+))?$/.exec(path) ?? [];
    if (!uid) return this.oidc.callback()(request, response);
    if (!chosen) {
      const choices = [...Object.keys(PEOPLE), 'cancel'].map((who) => `<a href="/choose/${uid}/${who}">${who}</a>`);
      return response.writeHead(200, { 'content-type': 'text/html' }).end(`<!doctype html><title>Acme ID</title><link rel="icon" href="data:,"><h1>Who are you?</h1>${choices.join(' ')}`);
    }
    const result = chosen === 'cancel' ? { error: 'access_denied', error_description: 'Call 555 0100 now' } : { login: { accountId: chosen, remember: false } };
    return this.oidc.interactionFinished(request, response, result);
  }
}
