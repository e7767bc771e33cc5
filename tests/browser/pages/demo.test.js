/** What somebody sees who tries `parlour demo`: two people, their office, and the messenger in its pages. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Demo, frame, hear, openWidget, say } from './demo.js';
import { Stage } from './stage.js';

const stage = new Stage(Demo.start);
/** Somebody at a page of the office. */
const person = async (id, options) => stage.server.enter(await stage.visitor(options), id);

test('a printed link signs in without typing, once', async () => {
  const window = await stage.visitor();
  await window.page.goto(stage.server.link('Emil Novák'));
  await window.page.waitForURL(`${stage.server.office}/`);
  await window.page.waitForSelector('h1:has-text("Emil")');
  window.allow(/status of 422/);
  await window.page.goto(stage.server.link('Emil Novák'));
  await window.page.waitForSelector('text=used already');
});

test('two people chat, each from a page of the office', async () => {
  const [ben, anna] = [await person('ben'), await person('anna')];
  await ben.page.goto(`${stage.server.office}/people`);
  await ben.page.locator('[data-person=anna]').getByRole('button').click();
  await frame(ben).locator('.chat-title', { hasText: 'Anna Liu' }).waitFor();
  await hear(ben, 'Just did');
  const launcher = anna.page.getByRole('button', { name: /^Open messages \(/ });
  const before = parseInt((await launcher.getAttribute('aria-label'))?.split('(')[1] ?? '', 10);
  await say(ben, 'Lunch at **noon**?');
  await hear(ben, 'Lunch at noon?');
  await anna.page.getByRole('button', { name: `Open messages (${before + 1} unread)` }).waitFor();
  await openWidget(anna);
  await frame(anna).locator('.row', { hasText: 'Ben Okafor' }).click();
  await hear(anna, 'Lunch at noon?');
  await say(anna, 'Gladly');
  await hear(ben, 'Gladly');
});

test('the people of the office show who is here, also who comes while one looks, and me', async () => {
  const wei = await person('wei');
  await wei.page.goto(`${stage.server.office}/people`);
  await wei.page.waitForSelector('[data-person=wei][data-show=available]');
  await wei.page.waitForSelector('[data-person=dalia][data-show=offline]');
  const dalia = await person('dalia');
  await wei.page.waitForSelector('[data-person=dalia][data-show=available]');
  await dalia.page.context().close();
  await wei.page.waitForSelector('[data-person=dalia][data-show=offline]');
});

test('a leave request is a card for the manager, who approves it there; the page of the office shows it', async () => {
  const [emil, anna] = [await person('emil'), await person('anna', { locale: 'zh-CN' })];
  await emil.page.goto(`${stage.server.office}/leave`);
  const day = new Date(Date.now() + 60 * 86_400_000);
  while ([0, 6].includes(day.getUTCDay())) day.setUTCDate(day.getUTCDate() + 1);
  for (const name of ['first', 'last']) await emil.page.fill(`[name=${name}]`, day.toISOString().slice(0, 10));
  await emil.page.fill('[name=note]', 'Moving *house*');
  await emil.page.click('.primary');
  await emil.page.waitForSelector('.flash.good');
  await openWidget(anna);
  await frame(anna).locator('.row', { hasText: 'Harbour' }).click();
  const card = frame(anna).locator('.card', { hasText: 'Moving *house*' });
  const [request] = await Promise.all([anna.page.context().waitForEvent('page'), card.getByRole('link').click()]);
  await request.waitForSelector('[value=approve]');
  await card.getByRole('button', { name: 'Approve' }).click();
  await card.locator('.card-state.is-done', { hasText: 'Approved' }).waitFor();
  await request.reload();
  await request.waitForSelector('.decided.approved');
  await openWidget(emil);
  await frame(emil).locator('.row', { hasText: 'Harbour' }).click();
  await hear(emil, 'approved your leave request');
  await emil.page.reload();
  await emil.page.waitForSelector('.badge.approved');
});

test('who asks the office is answered, in the language of the question', async () => {
  const dalia = await person('dalia');
  await openWidget(dalia);
  await frame(dalia).locator('.row', { hasText: 'Harbour' }).click();
  await say(dalia, 'balance?');
  await hear(dalia, 'of annual leave left');
  await say(dalia, '帮助');
  await hear(dalia, '您可以问我');
});

test('a new person is in the contacts of others at once, and can be written to', async () => {
  const [ben, dalia] = [await person('ben'), await person('dalia')];
  await openWidget(ben);
  await frame(ben).getByRole('tab', { name: 'Contacts' }).click();
  await frame(ben).locator('.row', { hasText: 'Dalia Haddad' }).waitFor();
  assert.equal(await frame(ben).locator('.row', { hasText: 'Farah Demir' }).count(), 0);
  await dalia.page.goto(`${stage.server.office}/staff`);
  await dalia.page.fill('[name=name]', 'Farah Demir');
  await dalia.page.selectOption('[name=department]', 'operations');
  await dalia.page.click('.primary');
  const link = await dalia.page.locator('.note-card a').getAttribute('href');
  await frame(ben).locator('.row', { hasText: 'Farah Demir' }).click();
  await say(ben, 'Welcome, Farah!');
  const farah = await stage.visitor();
  await farah.page.goto(link ?? '');
  await farah.page.waitForURL(`${stage.server.office}/`);
  await openWidget(farah);
  await frame(farah).locator('.row', { hasText: 'Ben Okafor' }).click();
  await hear(farah, 'Welcome, Farah!');
});

test('the full messenger opens in a tab of its own, signed in, at the wished conversation', async () => {
  const wei = await person('wei', { locale: 'zh-CN' });
  await wei.page.goto(`${stage.server.office}/people`);
  const context = wei.page.context();
  const [full] = await Promise.all([context.waitForEvent('page'), wei.page.locator('.full button').click()]);
  await full.waitForSelector('.side .me:has-text("Chen Wei")');
  assert.equal(new URL(full.url()).origin, stage.server.parlour);
  assert.doesNotMatch(full.url(), /ticket/);
  const [chat] = await Promise.all([context.waitForEvent('page'), wei.page.locator('[data-person=emil] form').evaluate((/** @type {HTMLFormElement} */ form) => form.submit())]);
  await chat.waitForSelector('.chat-title:has-text("Emil Novák")');
});

test('on a phone everything is within the width, also in Chinese', async () => {
  const anna = await person('anna', { viewport: { width: 360, height: 740 }, locale: 'zh-CN', isMobile: true });
  await anna.page.getByRole('button', { name: '打开完整通讯界面' }).waitFor();
  for (const path of ['/', '/people', '/leave', '/requests', '/notices']) {
    await anna.page.goto(stage.server.office + path);
    assert.equal(await anna.page.evaluate(() => document.documentElement.scrollWidth), 360, path);
  }
});
