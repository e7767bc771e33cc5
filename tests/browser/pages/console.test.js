import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { House } from './house.js';
import { Receiver } from './receiver.js';
import { Stage } from './stage.js';

const PASSWORD = 'harbour lantern violet';
const receiver = await Receiver.open();
after(() => receiver.close());
const stage = new Stage(prepared);
/** Where nobody has been yet. */
const fresh = new Stage(() => House.start());

/** A server with an administrator, an application that answers, and three people. */
async function prepared() {
  const house = await House.start();
  await house.application('--sign-in', 'local');
  await house.people('anna', 'ben');
  await house.person('cara', 'Cara Diaz');
  await administer(house);
  receiver.secret = house.app.callback_secret;
  return house;
}

/** Takes the first administrator's link, as the form of the page does. @param {House} house */
async function administer(house) {
  const link = await house.setUpLink();
  const form = new URLSearchParams({ name: 'root', password: PASSWORD, again: PASSWORD });
  const answer = await fetch(link, { method: 'POST', body: form, redirect: 'manual', headers: { origin: house.url } });
  assert.equal(answer.status, 303, await answer.text());
}

/** The first administrator, at a page of the console. @param {string} path @param {import('playwright-core').BrowserContextOptions} [options] */
async function administrator(path, options) {
  const root = await stage.visitor(options);
  await root.page.goto(`${stage.server.url}/console${path}`);
  await root.page.fill('#name', 'root');
  await root.page.fill('#password', PASSWORD);
  await root.page.press('#password', 'Enter');
  return root;
}

/** @param {import('playwright-core').Page} page @param {string} id @param {string} name */
async function createUser(page, id, name) {
  await page.click('nav >> text=Users');
  await page.click('text=New user >> nth=0');
  await page.fill('#id', id);
  await page.fill('#name', name);
  await page.fill('#password', `secret-${id}`);
  await page.click('button:text-is("Create user")');
  await page.waitForSelector(`h1:has-text("${name}")`);
}

test('from the set-up link to two people who write to each other', async () => {
  const root = await fresh.visitor();
  const { page } = root;
  await page.goto(await fresh.server.setUpLink());
  await page.fill('#name', 'root');
  await page.fill('#password', PASSWORD);
  await page.waitForSelector('#strength:has-text("strong")');
  await page.fill('#again', PASSWORD);
  await page.click('text=Create administrator');
  await page.click('text=Register application >> nth=-1');
  await page.fill('#name', 'Acme Office');
  await root.until('the id follows', async () => (await page.inputValue('#id')) === 'acme-office');
  await page.fill('#id', 'oa');
  await page.click('main form >> text=Register application');
  await page.waitForSelector('h1:has-text("Copy this now")');
  assert.match((await page.textContent('.secret code')) ?? '', /^pk_/);
  await page.waitForSelector('.secret button:has-text("Copy")');
  await createUser(page, 'anna', 'Anna Liu');
  await createUser(page, 'ben', 'Ben Okafor');
  await createUser(page, 'cara', 'Cara Diaz');
  const [anna, ben] = [await fresh.visitor(), await fresh.visitor()];
  await anna.signIn(fresh.server.url, 'anna');
  await ben.signIn(fresh.server.url, 'ben');
  await anna.open('Ben Okafor');
  await anna.say('hello');
  await ben.row('Anna Liu').waitFor();
  await page.goto(`${fresh.server.url}/console`);
  await page.waitForSelector('.figure:has-text("2"):has-text("connections now")');
  await page.waitForSelector('.figure:has-text("1"):has-text("messages in the last 24 hours")');
});

test('without script everything is there, and what is dangerous still asks', async () => {
  const { page } = await administrator('/@oa/users/@ben', { javaScriptEnabled: false, locale: 'zh-CN' });
  await page.waitForSelector('h1:has-text("Ben Okafor")');
  await page.click('text=停用…');
  await page.click('[popover] >> text=停用用户');
  await page.waitForSelector('.note-good:has-text("Ben Okafor")');
  await page.click('button:text-is("English")');
  await page.waitForSelector('button:text-is("Resume user")');
  await page.click('button:text-is("Resume user")');
  await page.waitForSelector('.note-good:has-text("can sign in again")');
  await page.waitForSelector('button:text-is("Suspend…")');
});

test('what was typed before the script came counts too', async () => {
  const root = await administrator('/account');
  const { page } = root;
  await page.waitForSelector('#present_password');
  let come = () => {};
  const late = new Promise((resolve) => (come = () => resolve(null)));
  await page.route(/js\/console\/main\.js/, async (route) => (await late, route.continue()));
  await page.goto(`${stage.server.url}/console/applications/new`, { waitUntil: 'commit' });
  await page.fill('#name', 'Second Office');
  assert.equal(await page.inputValue('#id'), '');
  come();
  await root.until('the id follows', async () => (await page.inputValue('#id')) === 'second-office');
});

test('an application’s address is given, pinged, does not answer, and is called again', async () => {
  const root = await administrator('/@oa/edit');
  const { page } = root;
  root.allow(/status of 4(22|03)/);
  await page.fill('#callback_url', receiver.url);
  for (const [name, value] of [['questions', 'message.created'], ['events', 'presence.changed'], ['events', 'delivery.failed']]) await page.check(`[name=${name}][value="${value}"]`);
  await page.click('button:text-is("Save")');
  await page.check(`[name=approve][value="${receiver.host}"]`);
  await page.click('button:text-is("Save")');
  await page.waitForSelector('.note-good:has-text("Saved")');
  await page.click('nav >> text=Settings');
  for (const value of ['presence.changed', 'delivery.failed']) assert.ok(await page.isChecked(`[name=events][value="${value}"]`), value);

  await page.click('nav >> text=Callbacks');
  await page.click('button:text-is("Ping")');
  await page.waitForSelector('.note-good:has-text("The application answered in")');
  receiver.status = 503;
  await page.click('button:text-is("Ping")');
  await page.waitForSelector('.note-bad:has-text("503")');

  // Somebody who was not here before: that others still are is no news.
  const cara = await stage.person('cara');
  await cara.open('Acme Office');
  await cara.say('balance?');
  await cara.hear('balance?');
  await root.until('the call stands there, unanswered', async () => {
    await page.goto(`${stage.server.url}/console/@oa/deliveries`);
    return (await page.locator('tr:has-text("message.created"):has-text("503")').count()) === 1;
  });
  await page.click('tr >> text=message.created');
  await page.waitForSelector('.attempts .badge-bad:text("503")');
  receiver.status = 200;
  receiver.answers['message.created'] = { text: '12 days' };
  await page.click('button:has-text("Send again")');
  await page.waitForSelector('.note-good');
  await cara.hear('12 days');
  await page.reload();
  await page.waitForSelector('.badge-good:text("delivered")');
  await page.waitForSelector('.attempts .badge-good:text("200")');
  const asked = receiver.heard.filter(({ type }) => type === 'message.created').map(({ data }) => data.message.text);
  assert.ok(asked.length >= 2 && asked.every((text) => text === 'balance?'), String(asked));
  await root.until('who came is told', async () => receiver.heard.some(({ type, data }) => type === 'presence.changed' && data.users.some(({ user }) => user === 'cara')));
  assert.equal(receiver.forged, 0);
});
