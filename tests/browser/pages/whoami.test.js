import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, test } from 'node:test';
import { House } from './house.js';
import { Proxy } from './proxy.js';
import { Stage } from './stage.js';

const office = spawn('python3', [new URL('cookie_office.py', import.meta.url).pathname], { stdio: ['ignore', 'pipe', 'inherit'] });
const port = Number(await new Promise((resolve) => office.stdout.once('data', (line) => resolve(String(line)))));
const proxy = await Proxy.open();
after(async () => {
  await proxy.close();
  office.kill();
});
const stage = new Stage(async () => {
  const house = await House.start({ url: proxy.url });
  proxy.to = house.port;
  proxy.ways = { '/office/': port };
  const options = ['--sign-in', 'ticket', '--approve', `127.0.0.1:${port}`, '--origin', proxy.url];
  await house.application(...options);
  await house.run(['app', 'register', 'crm', '--name', 'Acme Customers', ...options]);
  const pointers = ['--id', '/account/no', '--name', '/account/names/full', '--title', '/account/title'];
  for (const app of ['oa', 'crm']) await house.run(['app', 'whoami', app, '--url', `http://127.0.0.1:${port}/office/api/me`, '--cookie', 'office', ...pointers]);
  return house;
});

/** Somebody who has signed in to the office. @param {string} user */
async function clerk(user) {
  const visitor = await stage.visitor({ ignoreHTTPSErrors: true });
  visitor.allow(/favicon\.ico/); // the office has none
  await visitor.page.goto(`${proxy.url}/office/login?user=${user}`);
  return visitor;
}

test('two people of an application that was not changed write to each other, by its own cookie', async () => {
  const [anna, ben] = [await clerk('anna'), await clerk('ben')];
  await anna.page.goto(`${proxy.url}/?app=oa`);
  await ben.page.goto(`${proxy.url}/?app=oa`);
  await anna.page.waitForSelector('.side .me:has-text("Anna Liu")');
  await ben.page.waitForSelector('.side .me:has-text("Ben Okafor")');
  const me = await stage.server.call('GET', '/users/7');
  assert.deepEqual([me.user.name, me.user.title], ['Anna Liu', 'Sales']);
  await stage.server.call('PUT', '/groups/all', { name: 'All', users: ['7', '8'] });
  await anna.open('Ben Okafor');
  await anna.say('good morning');
  await ben.row('Anna Liu').waitFor();

  const seen = await (await anna.page.request.get(`${proxy.url}/office/seen`)).json();
  assert.ok(seen.length > 0);
  assert.ok(seen.every((/** @type {string} */ cookies) => /^office=[0-9a-f]+$/.test(cookies)), `only the named cookie is passed on: ${seen}`);
});

test('who signs out of the application is out here when the page asks again', async () => {
  const anna = await clerk('anna');
  anna.allow(/status of 401 .*\/client\/session/);
  await anna.page.goto(`${proxy.url}/?app=oa`);
  await anna.page.waitForSelector('.side .me:has-text("Anna Liu")');
  await anna.page.request.get(`${proxy.url}/office/logout`);
  const asked = await anna.page.evaluate(async () => (await fetch('/client/session', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ app: 'oa', who_am_i: true }) })).status);
  assert.equal(asked, 401);
  await anna.page.waitForSelector('.door-card');
  await anna.page.click('text=Continue as in Acme Office');
  await anna.page.waitForSelector('text=You are not signed in to Acme Office');
});

test('the widget on a page of the application is signed in by the same cookie', async () => {
  const ben = await clerk('ben');
  await ben.page.goto(`${proxy.url}/office/`);
  const frame = ben.page.frameLocator('iframe');
  await ben.page.click('.parlour-button, button[aria-label]');
  await frame.locator('.side').waitFor();
});

test('where nobody is signed in there is no button, until somebody is', async () => {
  const visitor = await stage.visitor({ ignoreHTTPSErrors: true });
  visitor.allow(/favicon\.ico/, /status of 401/);
  const said = [];
  visitor.page.on('console', (message) => said.push(message.text()));
  await visitor.page.goto(`${proxy.url}/office/`);
  const button = visitor.page.getByRole('button', { name: /messages/ });
  await visitor.until('the page says why', async () => said.some((text) => /nobody is signed in to "oa"/.test(text)));
  assert.equal(await button.count(), 0);
  // Whoever calls for it is told in it.
  await visitor.page.evaluate(() => globalThis.Parlour.open());
  await visitor.page.frameLocator('iframe').getByText('You are not signed in here').waitFor();
  await visitor.page.evaluate(() => globalThis.Parlour.close());
  assert.equal(await button.count(), 0);
  const other = await stage.tab(visitor);
  other.allow(/favicon\.ico/);
  await other.page.goto(`${proxy.url}/office/login?user=ben`);
  await visitor.page.reload();
  await button.click();
  await visitor.page.frameLocator('iframe').locator('.side').waitFor();
});

test('a page made for one user does not open what the cookie says is another\'s', async () => {
  const anna = await clerk('anna');
  anna.allow(/status of 401/);
  await anna.page.goto(`${proxy.url}/office/?for=8`);
  await anna.page.evaluate(() => globalThis.Parlour.open());
  const frame = anna.page.frameLocator('iframe');
  await frame.getByText('You are not signed in here').waitFor();
  assert.equal(await frame.locator('.side').count(), 0);
  await anna.page.goto(`${proxy.url}/office/?for=7`);
  await anna.page.click('.parlour-button, button[aria-label]');
  await frame.locator('.side').waitFor();
});

/** The widget's page on a tab, opened. @param {import('./window.js').Window} window @param {string} path */
async function widget(window, path) {
  await window.page.goto(`${proxy.url}${path}`);
  await window.page.click('.parlour-button, button[aria-label]');
  await window.page.frameLocator('iframe').locator('.side').waitFor();
  return window.page.frames().find((frame) => frame.url().includes('/widget?'));
}

/** Asks as an open page does every few minutes. @param {import('playwright-core').Frame} frame @param {string} app */
const asks = (frame, app) => frame.evaluate(async (id) => (await fetch('/client/session', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ app: id, who_am_i: true }) })).status, app);

/** The sessions of a browser, by application. @param {import('./window.js').Window} window */
async function sessions(window) {
  const cookies = await window.page.context().cookies(proxy.url);
  return Object.fromEntries(cookies.filter(({ name }) => name.startsWith('__Host-parlour.')).map(({ name, value }) => [name.slice('__Host-parlour.'.length), value]));
}

test('two applications on one site keep a session each, whichever is asked about, and signing out of one leaves the other', async () => {
  const anna = await clerk('anna');
  const other = await stage.tab(anna);
  anna.allow(/WebSocket is closed before/); // whoever signs out does not wait for it
  other.allow(/favicon\.ico/);
  let sockets = 0;
  other.page.on('websocket', () => sockets++);
  const inOa = await widget(anna, '/office/');
  const inCrm = await widget(other, '/office/crm/');
  const before = await sessions(anna);
  assert.deepEqual(Object.keys(before).sort(), ['crm', 'oa']);
  for (let turn = 0; turn < 3; turn++) assert.deepEqual([await asks(inOa, 'oa'), await asks(inCrm, 'crm')], [201, 201]);
  await anna.page.reload();
  await anna.page.frameLocator('iframe').locator('.side').waitFor({ state: 'attached' });
  assert.deepEqual(await sessions(anna), before, 'no session was made in turn');
  assert.equal(sockets, 1, 'and the other page was connected all the while');

  await anna.page.evaluate(() => globalThis.Parlour.stop());
  await anna.until('the cookie of the one is gone', async () => !('oa' in (await sessions(anna))));
  assert.deepEqual(await sessions(anna), { crm: before.crm });
  await stage.server.run(['send', 'crm', 'user:7', 'still here']);
  await inCrm.locator('.row:has-text("still here")').waitFor();
  await other.page.reload();
  await other.page.frameLocator('iframe').locator('.side').waitFor({ state: 'attached' });
  assert.deepEqual(await sessions(anna), { crm: before.crm });

  // The whole messenger without an application's name: the one that is left.
  await other.page.goto(`${proxy.url}/`);
  await other.page.waitForSelector('.side .me:has-text("Anna Liu")');
  assert.match(await other.page.title(), /Acme Customers$/);
});

test('a page that says good-bye ends the session of the cookie where it is of whom the page names', async () => {
  const anna = await clerk('anna');
  anna.allow(/status of 401/);
  await widget(anna, '/office/');
  const { oa } = await sessions(anna);
  await anna.page.goto(`${proxy.url}/office/crm/`);
  await anna.page.evaluate(() => globalThis.Parlour.stop({ app: 'oa', user: '8' }));
  assert.equal((await sessions(anna)).oa, oa);
  await anna.page.evaluate(() => globalThis.Parlour.stop({ app: 'oa', user: '7' }));
  assert.equal('oa' in (await sessions(anna)), false);
  assert.equal('crm' in (await sessions(anna)), true, 'and the other application goes on');

  await widget(anna, '/office/');
  await anna.page.evaluate(() => globalThis.Parlour.stop({ user: '8' }));
  assert.equal('oa' in (await sessions(anna)), true, 'also where the page did not say whose it is');
});
