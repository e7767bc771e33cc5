import assert from 'node:assert/strict';
import { test } from 'node:test';
import { House } from './house.js';
import { Stage } from './stage.js';

const PASSWORD = 'harbour lantern violet';
const stage = new Stage(House.start);

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
  const root = await stage.visitor();
  const { page } = root;
  await page.goto(await stage.server.setUpLink());
  await page.fill('#name', 'root');
  await page.fill('#password', PASSWORD);
  await page.waitForSelector('#strength:has-text("strong")');
  await page.fill('#again', PASSWORD);
  await page.click('text=Create administrator');
  await page.click('text=Register application >> nth=-1');
  await page.fill('#name', 'Acme Office');
  assert.equal(await page.inputValue('#id'), 'acme-office');
  await page.fill('#id', 'oa');
  await page.click('main form >> text=Register application');
  await page.waitForSelector('h1:has-text("Copy this now")');
  assert.match((await page.textContent('.secret code')) ?? '', /^pk_/);
  await page.waitForSelector('.secret button:has-text("Copy")');
  await createUser(page, 'anna', 'Anna Liu');
  await createUser(page, 'ben', 'Ben Okafor');
  const [anna, ben] = [await stage.visitor(), await stage.visitor()];
  await anna.signIn(stage.server.url, 'anna');
  await ben.signIn(stage.server.url, 'ben');
  await anna.open('Ben Okafor');
  await anna.say('hello');
  await ben.row('Anna Liu').waitFor();
  await page.goto(`${stage.server.url}/console`);
  await page.waitForSelector('.figure:has-text("2"):has-text("connections now")');
  await page.waitForSelector('.figure:has-text("1"):has-text("messages in the last 24 hours")');
});

test('without script everything is there, and what is dangerous still asks', async () => {
  const root = await stage.visitor({ javaScriptEnabled: false, locale: 'zh-CN' });
  const { page } = root;
  await page.goto(`${stage.server.url}/console/@oa/users/@ben`);
  await page.fill('#name', 'root');
  await page.fill('#password', PASSWORD);
  await page.click('button:text-is("登录")');
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
