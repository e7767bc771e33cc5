/** What is written and not sent yet is nobody's to lose: not another tab's, not a reload's. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Stage } from './stage.js';

const stage = Stage.house(['anna', 'ben']);
const BOX = '.composer textarea';

/** @param {import('./window.js').Window} window @param {string} [text] */
async function writes(window, text) {
  if (text !== undefined) await window.page.fill(BOX, text);
  await window.page.waitForSelector(BOX);
  return window.page.inputValue(BOX);
}

test('what one tab sends leaves alone what another one is writing', async () => {
  const first = await stage.person('anna');
  await first.open('Ben Okafor');
  const second = await stage.tab(first);
  await second.page.goto(stage.server.url);
  await second.open('Ben Okafor');
  await writes(first, 'a long sentence that is not done');
  await writes(second, 'a quick word');
  await second.page.press(BOX, 'Enter');
  await first.hear('a quick word');
  assert.equal(await writes(first), 'a long sentence that is not done');
  await first.page.reload();
  assert.equal(await writes(first), 'a long sentence that is not done');
});

test('who signs out leaves nothing that was written in the browser, and is asked where that was not sent', async () => {
  const window = await stage.visitor();
  await window.page.routeWebSocket(/\/ws/, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((text) => String(text).startsWith('{"send"') || server.send(text));
  });
  await window.signIn(stage.server.url, 'anna');
  await window.open('Ben Okafor');
  await window.say('between us');
  await writes(window, 'and more');
  const kept = () => window.page.evaluate(() => JSON.stringify(localStorage).match(/between us|and more/g)?.sort() ?? []);
  await window.until('both are kept', async () => (await kept()).length === 2);
  await window.page.click('.me-button');
  await window.page.getByRole('button', { name: 'Sign out' }).click();
  const dialog = window.page.getByRole('dialog', { name: 'Sign out and lose a message that was not sent?' });
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  assert.equal((await kept()).length, 2);
  await window.page.getByRole('button', { name: 'Sign out' }).click();
  await dialog.getByRole('button', { name: 'Sign out' }).click();
  await window.page.waitForSelector('[name=password]');
  assert.deepEqual(await kept(), []);
});

test('a tab goes on with what another one left, and once it is sent it is gone everywhere', async () => {
  const first = await stage.person('ben');
  await first.open('Anna Liu');
  await writes(first, 'left behind');
  const second = await stage.tab(first);
  await first.page.close();
  await second.page.goto(stage.server.url);
  await second.open('Anna Liu');
  assert.equal(await writes(second), 'left behind');
  await writes(second, 'left behind, and done');
  await second.page.press(BOX, 'Enter');
  await second.hear('left behind, and done');
  await second.page.reload();
  assert.equal(await writes(second), '');
});
