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
  await house.application('--sign-in', 'ticket', '--approve', `127.0.0.1:${port}`, '--origin', proxy.url);
  const pointers = ['--id', '/account/no', '--name', '/account/names/full', '--title', '/account/title'];
  await house.run(['app', 'whoami', 'oa', '--url', `http://127.0.0.1:${port}/office/api/me`, '--cookie', 'office', ...pointers]);
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
