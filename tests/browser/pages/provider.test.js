import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, test } from 'node:test';
import { House } from './house.js';
import { Provider } from './provider.js';
import { Proxy } from './proxy.js';
import { Stage } from './stage.js';

const provider = await Provider.open();
const proxy = await Proxy.open();
/** A page of the application with the widget: on our site behind the proxy, and on another one by itself. */
const office = createServer((request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end(`<!doctype html><title>Office</title><link rel="icon" href="data:,"><script src="${proxy.url}/widget.js" data-app="oa" data-user="${new URL(request.url ?? '', 'http://x').searchParams.get('user') ?? ''}"></script>`));
await new Promise((resolve) => office.listen(0, '127.0.0.1', () => resolve(null)));
const elsewhere = `http://127.0.0.1:${office.address().port}`;
proxy.ways = { '/office/': office.address().port };
after(async () => {
  await proxy.close();
  await provider.close();
  office.closeAllConnections();
  office.close();
});
// Parlour with TLS, the provider on another site: cookies are as they are in the world.
const stage = new Stage(async () => {
  const house = await House.start({ url: proxy.url });
  proxy.to = house.port;
  provider.knows(`${proxy.url}/sign-in/oa`);
  await house.application('--sign-in', 'ticket', '--approve', provider.host, '--origin', proxy.url, '--origin', elsewhere);
  await set(house);
  return house;
});

/** @param {House} house @param {string} issuer */
const set = (house, issuer = provider.issuer) => house.run(['app', 'oidc', 'oa', '--provider', 'Acme ID', '--issuer', issuer, '--client', 'im', '--secret-stdin'], 'a secret: with % and +\n');

/** Somebody before the door. @param {import('playwright-core').BrowserContextOptions} [options] */
async function visitor(options) {
  const window = await stage.visitor({ ignoreHTTPSErrors: true, ...options });
  window.allow(/status of 4\d\d .*\/client\/session /, /status of 503/, /status of 4\d\d .*\/client\/session$/);
  await window.page.goto(`${proxy.url}/?app=oa`);
  return window;
}

/** @param {import('./window.js').Window} window */
const go = (window, button = 'Sign in with Acme ID') => window.page.click(`button:has-text("${button}")`);

/** Goes to the provider, which does not know this browser yet. @param {import('./window.js').Window} window @param {string} who */
async function choose(window, who, button = 'Sign in with Acme ID') {
  await go(window, button);
  await window.page.click(`a:text-is("${who}")`);
}

/** @param {import('./window.js').Window} window @param {string} words */
const reads = (window, words) => window.page.waitForSelector(`[role=alert]:has-text("${words}")`);

/** What is kept of a user. @param {string} id */
const kept = async (id) => JSON.parse(await stage.server.run(['user', 'list', 'oa', '--json'])).find((user) => user.id === id);

test('somebody signs in with the account of the organisation, and stays in', async () => {
  const anna = await visitor();
  await anna.page.goto(`${proxy.url}/?app=oa#with=application`);
  await anna.page.reload();
  await choose(anna, 'anna');
  await anna.page.waitForSelector('.side .me:has-text("Anna Liu")');
  assert.equal(anna.page.url(), `${proxy.url}/?app=oa#with=application`, 'nothing of the way there stays, and the conversation is open');
  const cookies = await anna.page.context().cookies(proxy.url);
  const ours = cookies.filter(({ name }) => name.startsWith('__Host-parlour'));
  assert.deepEqual(ours.map(({ name, httpOnly, secure, sameSite }) => [name, httpOnly, secure, sameSite]), [['__Host-parlour.oa', true, true, 'Strict']]);
  const hours = (ours[0].expires * 1000 - Date.now()) / 3_600_000;
  assert.ok(hours > 11.9 && hours <= 12, `${hours}`);
  await anna.page.reload();
  await anna.page.waitForSelector('.side .me:has-text("Anna Liu")');
  const { email, name, locale } = await kept('anna');
  assert.deepEqual([email, name, locale], ['anna@acme.example', 'Anna Liu', 'en-GB']);
  assert.ok(provider.asked.includes('GET /me'), 'what the ID token does not say is asked for');
  await anna.page.click('.me-button');
  await anna.page.click('text=Sign out');
  await anna.page.waitForSelector('button:has-text("Sign in with Acme ID")');
});

test('an address that is not verified is not kept, and no address joins two accounts', async () => {
  await stage.server.call('PUT', '/users/root', { name: 'Root', email: 'root@acme.example' });
  const [ben, mallory] = [await visitor(), await visitor()];
  await choose(ben, 'ben');
  await ben.page.waitForSelector('.side .me:has-text("Ben Okafor")');
  assert.equal((await kept('ben')).email, null);
  await choose(mallory, 'mallory');
  await mallory.page.waitForSelector('.side .me:has-text("Mallory")');
  assert.equal((await kept('root')).name, 'Root');
});

test('an answer that this browser did not ask for opens nothing, and does not put out who is in', async () => {
  const anna = await visitor();
  await anna.page.goto(`${proxy.url}/sign-in/oa?code=stolen&state=of-somebody&iss=${encodeURIComponent(provider.issuer)}`);
  await reads(anna, 'begun in another window');
  assert.equal(anna.page.url(), `${proxy.url}/?app=oa`);
  await choose(anna, 'anna');
  await anna.page.waitForSelector('.side .me');
  await anna.page.goto(`${proxy.url}/sign-in/oa?code=stolen&state=of-somebody`);
  await anna.page.waitForSelector('.side .me:has-text("Anna Liu")');
});

test('a code that was used opens nothing again', async () => {
  const anna = await visitor();
  const context = anna.page.context();
  let flow, body;
  await anna.page.route('**/client/session', async (route) => {
    flow = (await context.cookies(proxy.url)).find(({ name }) => name === '__Host-parlour-flow.oa');
    body = route.request().postData();
    await route.continue();
  });
  await choose(anna, 'anna');
  await anna.page.waitForSelector('.side .me');
  await context.clearCookies();
  await context.addCookies([flow]);
  const again = (url) => fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: globalThis.replayed }).then(async (answer) => [answer.status, (await answer.json()).code]);
  await anna.page.evaluate((text) => (globalThis.replayed = text), body);
  assert.deepEqual(await anna.page.evaluate(again, '/client/session'), [401, 'unauthenticated']);
});

test('who cancels there, or is suspended here, reads so and can try again', async () => {
  const dora = await visitor();
  await choose(dora, 'cancel');
  await reads(dora, 'or you cancelled it there');
  assert.equal(await dora.page.locator('text=555').count(), 0, 'nobody writes on our page by an address');
  await choose(dora, 'dora');
  await dora.page.waitForSelector('.side .me:has-text("王朵拉")');
  await stage.server.call('PATCH', '/users/dora', { suspended: true });
  await dora.page.waitForSelector('.door-card');
  await go(dora);
  await reads(dora, 'is not let in here');
  await stage.server.call('PATCH', '/users/dora', { suspended: false });
  await go(dora);
  await dora.page.waitForSelector('.side .me');
});

test('a provider that is down is said, in the reader’s language', async () => {
  const dora = await visitor({ locale: 'zh-CN' });
  provider.broken = true;
  await choose(dora, 'dora', '使用 Acme ID 登录');
  await reads(dora, '暂时无法使用 Acme ID 登录');
  provider.broken = false;
  await set(stage.server, 'https://127.0.0.1:1');
  await go(dora, '使用 Acme ID 登录');
  await reads(dora, '暂时无法使用 Acme ID 登录');
  await set(stage.server);
  await go(dora, '使用 Acme ID 登录');
  await dora.page.waitForSelector('.side .me');
});

test('the widget shows the way, and on our own site goes on by the session that was opened', async () => {
  const anna = await visitor();
  anna.allow(/status of 401 .*\/client\/session/);
  const frame = anna.page.frameLocator('iframe');
  for (const page of [`${elsewhere}/`, `${proxy.url}/office/`]) {
    await anna.page.goto(page);
    await anna.page.click('.parlour-button, button[aria-label]');
    const link = frame.locator('a:has-text("Sign in with Acme ID")');
    await link.waitFor();
    assert.deepEqual([await link.getAttribute('href'), await link.getAttribute('target'), await link.getAttribute('rel')], ['/?app=oa', '_blank', 'noopener']);
  }
  const [opened] = await Promise.all([anna.page.context().waitForEvent('page'), frame.locator('a:has-text("Sign in with Acme ID")').click()]);
  await opened.click('button:has-text("Sign in with Acme ID")');
  await opened.click('a:text-is("anna")');
  await opened.waitForSelector('.side .me:has-text("Anna Liu")');
  await anna.page.reload();
  await frame.locator('.side').waitFor({ state: 'attached' });
  // Whom the page names is somebody else: the session that was opened is not for that one.
  await anna.page.goto(`${proxy.url}/office/?user=ben`);
  await frame.locator('a:has-text("Sign in with Acme ID")').waitFor({ state: 'attached' });
});

test('an administrator sets the provider in the console, and learns whether it answers', async () => {
  const form = new URLSearchParams({ name: 'root', password: 'harbour lantern violet', again: 'harbour lantern violet' });
  const made = await fetch((await stage.server.setUpLink()).replace(proxy.url, stage.server.own), { method: 'POST', body: form, redirect: 'manual', headers: { origin: proxy.url } });
  assert.equal(made.status, 303, await made.text());
  const root = await stage.visitor({ ignoreHTTPSErrors: true });
  root.allow(/status of 422/);
  const { page } = root;
  await page.goto(`${proxy.url}/console/@oa/edit`);
  await page.fill('#name', 'root');
  await page.fill('#password', 'harbour lantern violet');
  await page.press('#password', 'Enter');
  await page.click('text=Say which one');
  await page.waitForSelector(`.secret code:text-is("${proxy.url}/sign-in/oa")`);
  assert.equal(await page.inputValue('#oidc_password'), '', 'a secret is not shown');
  assert.ok(!(await page.content()).includes('a secret: with'));
  await page.fill('#oidc_provider', 'Acme Konto');
  await page.click('text=Save and try it');
  await page.waitForSelector('text=Acme Konto answers, and its keys are there');
  await page.fill('#oidc_issuer', `${provider.issuer}/`);
  await page.click('text=Save and try it');
  await page.waitForSelector('#oidc_password-wrong:has-text("has another secret")');
  await page.fill('#oidc_password', 'another secret');
  await page.click('text=Save and try it');
  await page.waitForSelector(`text=it calls itself ${provider.issuer}, and ${provider.issuer}/ is set`);
  await page.click('text=Close this way');
  await page.waitForSelector('text=Closed.');
  await set(stage.server);
  const audit = await stage.server.run(['app', 'show', 'oa', '--json']);
  assert.ok(audit.includes('"oidc"'));
});
