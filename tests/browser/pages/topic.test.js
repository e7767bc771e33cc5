import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Stage } from './stage.js';

const stage = Stage.house(['anna', 'ben']);

/** @param {string} text @param {object} [more] */
const send = (text, more) => stage.server.call('POST', '/messages', { to: 'user:anna', text, ...more });

test('what concerns one object is folded under its newest message, and read on its page', async () => {
  const anna = await stage.person('anna');
  await send('Ben asks for leave', { topic: 'leave/118' });
  await send('The canteen is closed');
  await send('Ben asks for five days', { topic: 'leave/118' });
  await send('Leave approved', { topic: 'leave/118' });
  const row = anna.row('Acme Office');
  await row.locator('.badge:text-is("4")').waitFor();
  await stage.server.call('POST', '/topics/leave%2F118/read', { user: 'anna' });
  await row.locator('.badge:text-is("1")').waitFor();
  await row.click();
  await anna.hear('Leave approved');
  assert.equal(await anna.said('Ben asks for leave').count(), 0);
  await anna.page.click('button:text("2 earlier")');
  await anna.page.waitForSelector('.earlier-list li:has-text("Ben asks for leave")');
  assert.equal(await anna.page.locator('.earlier-list li').count(), 2);
  await send('Leave withdrawn', { topic: 'leave/118', replace: true });
  await anna.hear('Leave withdrawn');
  await anna.until('nothing is folded any more', async () => (await anna.page.locator('.earlier').count()) === 0);
  assert.equal(await anna.page.locator('.message-gone').count(), 0, 'what was replaced leaves no hole');
});

test('a message disappears at its end from a page that is open, and from the count', async () => {
  const ben = await stage.person('ben');
  await stage.server.call('POST', '/messages', { to: 'user:ben', text: 'The lift stands still', expires_at: new Date(Date.now() + 3000).toISOString() });
  await ben.row('Acme Office').click();
  await ben.hear('The lift stands still');
  await ben.page.waitForSelector('.message-gone');
  assert.equal(await ben.said('The lift stands still').count(), 0);
});
