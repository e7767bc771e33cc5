import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Stage } from '../pages/stage.js';
import { KEPT, read } from './language.js';
import { Shop } from './shop.js';

/** @type {{server: Shop} & Stage} */
const stage = /** @type {any} */ (new Stage(() => Shop.open('roundup', (shop) => symlink(`${KEPT}/python`, join(shop.folder, 'venv')))));
/** The tracker's own pages ask for these in vain. */
const USUAL = [/favicon\.ico/, /403 .*\/rest$/];
const launcher = (window) => window.page.getByRole('button', { name: /messages/ });
const frameOf = (window) => window.page.frameLocator('iframe');

/** @param {string} method @param {string} path */
async function calls(method, path) {
  const { house, folder } = stage.server;
  house.app = JSON.parse(await readFile(join(folder, 'tracker/parlour.json'), 'utf8'));
  return house.call(method, path);
}

/** Somebody signs in at the tracker, as always. */
async function visitor(who) {
  const window = await stage.visitor();
  window.allow(...USUAL);
  await window.page.goto(stage.server.url);
  await window.page.fill('[name=__login_name]', who);
  await window.page.fill('[name=__login_password]', 'tea');
  await window.page.getByRole('button', { name: 'Login' }).click();
  await launcher(window).waitFor();
  return window;
}

async function say(frame, text) {
  await frame.locator('textarea').fill(text);
  await frame.locator('textarea').press('Enter');
}

test('the tested release is the one that the README installs', () => {
  const [pinned] = /roundup==[\d.]+/.exec(read('tests/browser/examples/requirements.txt'));
  assert.ok(read('examples/roundup/README.md').includes(pinned));
});

test('users of the tracker talk on its pages, and who is not signed in sees no widget', async () => {
  const nobody = await stage.visitor();
  nobody.allow(...USUAL);
  await nobody.page.goto(stage.server.url);
  await nobody.page.locator('[name=__login_name]').waitFor();
  assert.equal(await nobody.page.locator('script[data-app]').count(), 0);
  const [mia, tom] = [await visitor('mia'), await visitor('tom')];
  await launcher(mia).click();
  const [here, there] = [frameOf(mia), frameOf(tom)];
  await here.getByRole('tab', { name: 'Contacts' }).click();
  await here.locator('.row', { hasText: 'tom' }).click();
  await say(here, 'Have you seen the printer?');
  await tom.page.waitForSelector('.badge:text("1")');
  await launcher(tom).click();
  await there.locator('.row', { hasText: 'mia' }).click();
  await there.locator('.message .md', { hasText: 'Have you seen the printer?' }).waitFor();
});

test('who is concerned by an issue is told, and the tracker answers questions about it', async () => {
  const [mia, tom] = [await visitor('mia'), await visitor('tom')];
  await mia.page.goto(`${stage.server.url}/issue?@template=item`);
  await mia.page.fill('[name=title]', 'The *printer* burns <b>[x](y)');
  await mia.page.fill('[name="@note"]', 'It is the paper tray'); // by which who writes it is on the list of the interested
  await mia.page.selectOption('[name=priority]', { label: 'urgent' });
  await mia.page.selectOption('[name=assignedto]', { label: 'tom' });
  await mia.page.getByRole('button', { name: 'Submit New Entry' }).click();
  await launcher(tom).click();
  const frame = frameOf(tom);
  await frame.locator('.row', { hasText: 'Tracker' }).click();
  const told = frame.locator('.message .md', { hasText: 'new, assigned to tom, “It is the paper tray”' });
  await told.waitFor();
  assert.equal(await told.locator('a').textContent(), 'issue1: The *printer* burns <b>[x](y)');
  assert.equal(await told.locator('a').getAttribute('href'), `${stage.server.url}/issue1`);
  await say(frame, 'mine');
  await frame.locator('.message .md', { hasText: /^\s*issue1: The \*printer\* burns <b>\[x\]\(y\): unread, tom\s*$/ }).waitFor();
  await say(frame, 'issue 77');
  await frame.locator('.message .md', { hasText: 'There is no such issue.' }).waitFor();
  await launcher(tom).click();
  await mia.page.fill('[name="@note"]', 'Put out');
  await mia.page.getByRole('button', { name: 'Submit Changes' }).click();
  await tom.page.waitForSelector('.badge:text("1")');
  const tab = await stage.tab(tom);
  tab.allow(...USUAL);
  await tab.page.goto(`${stage.server.url}/issue1`);
  await tom.page.locator('.badge').waitFor({ state: 'hidden' }); // who sees the issue has read of it, in every window
  const { items } = await calls('GET', '/conversations?limit=200');
  const all = await Promise.all(items.map(({ id }) => calls('GET', `/conversations/${id}/messages?limit=200`)));
  const about = all.flatMap((page) => page.items).filter(({ text }) => text.includes('assigned to'));
  assert.equal(about.length, 1, 'and who made it is not told');
});

test("the tracker's passwords are good at Parlour, until somebody is retired; what is not signed is refused", async () => {
  const sign = async (username, password) => (await stage.server.session({ app: 'tracker', username, password })).status;
  assert.deepEqual([await sign('tom', 'tea'), await sign('tom', 'coffee'), await sign('nobody', 'tea'), await sign('anonymous', '')], [201, 401, 401, 401]);
  const answer = await fetch(`${stage.server.url}/parlour`, { method: 'POST', body: JSON.stringify({ type: 'contacts.list', data: { user: '3' } }), headers: { 'webhook-id': 'a', 'webhook-timestamp': String(Math.floor(Date.now() / 1000)), 'webhook-signature': 'v1,AAAA' } });
  assert.equal(answer.status, 401);
  const tom = (await calls('GET', '/users?limit=200')).items.find(({ name }) => name === 'tom');
  execFileSync('venv/bin/roundup-admin', ['-i', 'tracker', 'retire', `user${tom.id}`], { cwd: stage.server.folder, env: { ...process.env, PARLOUR: stage.server.house.own } });
  assert.equal(await sign('tom', 'tea'), 401);
  for (const end = Date.now() + 20_000; !(await calls('GET', `/users/${tom.id}`)).user.suspended; ) assert.ok(Date.now() < end, 'nor does a session go on');
});
