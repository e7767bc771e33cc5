import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, test } from 'node:test';
import { House } from './house.js';
import { Proxy } from './proxy.js';
import { Stage } from './stage.js';

/** The application is at `oa.localhost`, the messenger at `im.oa.localhost`; the cookie is for both. */
const office = spawn('python3', [new URL('cookie_office.py', import.meta.url).pathname], { stdio: ['ignore', 'pipe', 'inherit'] });
const port = Number(await new Promise((resolve) => office.stdout.once('data', (line) => resolve(String(line)))));
const proxy = await Proxy.open();
const at = (/** @type {string} */ host) => proxy.url.replace('localhost', host);
after(async () => {
  await proxy.close();
  office.kill();
});
const stage = new Stage(async () => {
  const house = await House.start({ url: at('im.oa.localhost') });
  proxy.to = house.port;
  proxy.ways = { '/office/': port };
  await house.application('--sign-in', 'ticket', '--approve', `127.0.0.1:${port}`, '--origin', at('oa.localhost'));
  await house.run(['app', 'whoami', 'oa', '--url', `http://127.0.0.1:${port}/office/api/me`, '--cookie', 'office', '--id', '/account/no', '--name', '/account/names/full']);
  return house;
});

/** A page of the application with the widget. @param {import('./window.js').Window} window */
const visits = (window) => window.page.goto(`${at('oa.localhost')}/office/?${new URLSearchParams({ parlour: at('im.oa.localhost') })}`);

test('the messenger on a subdomain is signed in by a cookie that both share, and only by that', async () => {
  const anna = await stage.visitor({ ignoreHTTPSErrors: true });
  anna.allow(/favicon\.ico/, /status of 401/);
  await anna.page.goto(`${at('oa.localhost')}/office/login?user=anna`);
  await visits(anna);
  await anna.page.evaluate(() => globalThis.Parlour.open());
  await anna.page.frameLocator('iframe').getByText('You are not signed in here').waitFor();
  await anna.page.goto(`${at('oa.localhost')}/office/login?user=anna&domain=oa.localhost`);
  await visits(anna);
  await anna.page.evaluate(() => globalThis.Parlour.open());
  await anna.page.frameLocator('iframe').locator('.me', { hasText: 'Anna Liu' }).waitFor();

  await stage.server.run(['send', 'oa', 'user:7', 'across the hosts']);
  await anna.page.frameLocator('iframe').locator('.row', { hasText: 'across the hosts' }).waitFor();
  const cookies = await anna.page.context().cookies(at('im.oa.localhost'));
  assert.deepEqual(cookies.filter(({ name }) => name.startsWith('__Host-parlour')).map(({ domain }) => domain), ['im.oa.localhost']);
});
