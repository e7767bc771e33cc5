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
