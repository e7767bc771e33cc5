import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Stage } from './stage.js';

const stage = Stage.house(['anna', 'ben', 'carol', 'dora']);

test('a room: made, named anew, people added, called, and left', async () => {
  const [anna, ben, carol] = await Promise.all([stage.person('anna'), stage.person('ben'), stage.person('carol')]);
  await anna.page.getByRole('button', { name: 'New room' }).click();
  const dialog = anna.page.getByRole('dialog');
  await dialog.getByLabel('Name of the room').fill('Summer party');
  await dialog.getByLabel('Search people').fill('ben');
  await dialog.getByText('Ben Okafor').click();
  await dialog.getByRole('button', { name: 'Create room' }).click();
  await anna.page.waitForSelector('.chat-title:text-is("Summer party")');
  await ben.row('Summer party').click();
  await anna.say('Who brings the grill?');
  await ben.hear('Who brings the grill?');

  await anna.details();
  await anna.page.getByRole('button', { name: 'Add people' }).click();
  await dialog.getByLabel('Search people').fill('carol');
  await dialog.getByText('Carol Méndez').click();
  await dialog.getByRole('button', { name: 'Add people' }).click();
  await carol.row('Summer party').click();
  await carol.hear('Who brings the grill?');

  await carol.page.type('.composer textarea', 'Me. @an');
  await carol.page.keyboard.press('Enter');
  assert.equal(await carol.page.inputValue('.composer textarea'), 'Me. @Anna Liu ');
  await carol.page.keyboard.press('Enter');
  await ben.page.waitForSelector('.mention:text("@Anna Liu")');

  await anna.page.getByRole('button', { name: 'Rename' }).click();
  await anna.page.getByLabel('Name of the room').fill('Winter party');
  await anna.page.getByRole('button', { name: 'Save' }).click();
  await ben.page.waitForSelector('.chat-title:text-is("Winter party")');

  await ben.details();
  await ben.page.getByRole('button', { name: 'Leave room' }).click();
  await ben.page.getByRole('dialog').getByRole('button', { name: 'Leave room' }).click();
  await ben.page.waitForSelector('.composer-closed');
  await anna.say('Ben is gone');
  await carol.hear('Ben is gone');
  await anna.until('two are left', async () => (await anna.page.locator('.details-members li').count()) === 2);
  assert.equal(await ben.said('Ben is gone').count(), 0);
  await ben.hear('Who brings the grill?');
});

test('a new room stands on top of the chats, and one can write at once', async () => {
  await stage.server.writes('dora', 'user:carol', 'an older word');
  const [anna, carol] = await Promise.all([stage.person('anna'), stage.person('carol')]);
  await anna.open('Dora Wang');
  await anna.say('the last word so far');
  await anna.sent();
  await anna.page.getByRole('button', { name: 'New room' }).click();
  const dialog = anna.page.getByRole('dialog');
  await dialog.getByLabel('Name of the room').fill('Just made');
  await dialog.getByLabel('Search people').fill('carol');
  await dialog.getByText('Carol Méndez').click();
  await dialog.getByRole('button', { name: 'Create room' }).click();
  await anna.page.waitForSelector('.chat-title:text-is("Just made")');
  for (const one of [anna, carol]) {
    await one.row('Just made').waitFor();
    assert.equal(await one.page.locator('.row-chat .row-title').first().textContent(), 'Just made');
  }
  await anna.until('the focus is where one writes', () => anna.page.evaluate(() => document.activeElement?.matches('.composer textarea') === true));
  await anna.page.reload();
  await anna.row('Just made').waitFor();
  assert.equal(await anna.page.locator('.row-chat .row-title').first().textContent(), 'Just made');
  await stage.server.writes('carol', 'user:anna', 'newer');
  await anna.until('what is newer is above', async () => /Carol/.test((await anna.page.locator('.row-chat .row-title').first().textContent()) ?? ''));
});

test('what is muted counts quietly, and being called is still shown', async () => {
  const [dora, ben] = await Promise.all([stage.person('dora'), stage.person('ben')]);
  await dora.open('Ben Okafor');
  await dora.say('hello');
  await ben.row('Dora Wang').click();
  await ben.details();
  await ben.page.getByRole('button', { name: 'Mute' }).click();
  await ben.page.waitForSelector('.act:has-text("Unmute")');
  await ben.open('Carol Méndez');
  await dora.say('are you there?');
  await ben.page.waitForSelector('.row-chat:has-text("Dora Wang") .badge-quiet');
  assert.equal(await ben.page.title(), 'Acme Office');
});

test('who is blocked can no longer write, until unblocked', async () => {
  const [anna, dora] = await Promise.all([stage.person('anna'), stage.person('dora')]);
  await anna.open('Dora Wang');
  await anna.say('hello Dora');
  await dora.row('Anna Liu').click();
  await dora.details();
  await dora.page.getByRole('button', { name: 'Block' }).click();
  await dora.page.getByRole('dialog').getByRole('button', { name: 'Block' }).click();
  await dora.page.waitForSelector('.composer-closed');
  await anna.say('still there?');
  await anna.page.waitForSelector('.message-failed');
  await dora.page.getByRole('button', { name: 'Unblock' }).first().click();
  await dora.page.waitForSelector('.composer textarea');
  await anna.page.click('.message-failed >> text=Try again');
  await dora.hear('still there?');
});

test('everything by keyboard: find, open, write, go through messages, answer, come back', async () => {
  const [anna, ben] = await Promise.all([stage.person('anna'), stage.person('ben')]);
  const keys = anna.page.keyboard;
  await keys.press('Control+k');
  await keys.type('Ben Ok');
  await anna.row('Ben Okafor').waitFor();
  await keys.press('Enter');
  await anna.page.waitForSelector('.chat-title:text-is("Ben Okafor")');
  await anna.until('the focus is where one writes', () => anna.page.evaluate(() => document.activeElement?.tagName === 'TEXTAREA'));
  await keys.type('first line');
  await keys.press('Shift+Enter');
  await keys.type('second line');
  await keys.press('Enter');
  await ben.row('Anna Liu').click();
  await ben.page.waitForSelector('.md:has-text("second line")');
  await ben.say('an answer');
  await anna.hear('an answer');
  await keys.press('Shift+Tab');
  assert.equal(await anna.page.evaluate(() => document.activeElement?.getAttribute('aria-label')), 'Attach files');
  await keys.press('Shift+Tab');
  await anna.until('the newest message has the focus', () => anna.said('an answer').evaluate((element) => element.contains(document.activeElement)));
  await anna.said('an answer').focus();
  await keys.press('ArrowUp');
  assert.match(await anna.page.evaluate(() => document.activeElement?.textContent ?? ''), /second line/);
  await keys.press('ArrowDown');
  await keys.press('Tab');
  assert.equal(await anna.page.evaluate(() => document.activeElement?.getAttribute('aria-label')), 'Reply');
  await keys.press('Enter');
  await anna.page.waitForSelector('.banner:has-text("an answer")');
  await keys.type('to that');
  await keys.press('Enter');
  await ben.page.waitForSelector('.quote:has-text("an answer")');
});

test('an input method that composes does not send', async () => {
  const anna = await stage.person('anna');
  await anna.open('Ben Okafor');
  await anna.page.fill('.composer textarea', '你');
  await anna.page.locator('.composer textarea').dispatchEvent('keydown', { key: 'Enter', isComposing: true });
  assert.equal(await anna.page.inputValue('.composer textarea'), '你');
});

test('on a phone the list and a conversation are two screens, with a way back', async () => {
  const anna = await stage.person('anna', { viewport: { width: 360, height: 640 }, isMobile: true, hasTouch: true });
  const side = anna.page.locator('.side');
  await anna.row('Ben Okafor').first().tap();
  await anna.page.waitForSelector('.chat-title:text-is("Ben Okafor")');
  assert.equal(await side.isVisible(), false);
  const overflow = await anna.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.equal(overflow, 0);
  await anna.page.getByRole('button', { name: 'Back' }).tap();
  await side.waitFor();
  await anna.row('Ben Okafor').first().tap();
  await anna.page.goBack();
  await side.waitFor();
});

test('on a phone "back" leads from the details to the conversation, and from there to the list', async () => {
  const anna = await stage.person('anna', { viewport: { width: 360, height: 640 }, isMobile: true, hasTouch: true });
  const details = anna.page.locator('.details');
  await anna.row('Ben Okafor').first().tap();
  await anna.details();
  await details.waitFor();
  await anna.page.goBack();
  await details.waitFor({ state: 'detached' });
  assert.equal(await anna.page.locator('.chat-title').textContent(), 'Ben Okafor');
  assert.equal(await anna.page.locator('.side').isVisible(), false);
  await anna.details();
  await details.getByRole('button', { name: 'Close' }).tap();
  await details.waitFor({ state: 'detached' });
  await anna.page.goBack();
  await anna.page.locator('.side').waitFor();
});

test('what is hostile in a name or a text stays text', async () => {
  await stage.server.person('eve', '<img src=x onerror=alert(1)>');
  const [eve, anna] = await Promise.all([stage.person('eve'), stage.person('anna')]);
  await eve.open('Anna Liu');
  for (const text of ['<script>alert(1)</script>', '[x](javascript:alert(1))', '![x](https://tracker.example/x.png)', '<svg onload=alert(1)>']) await eve.say(text);
  await anna.row('<img').click();
  await anna.page.waitForSelector('.md:has-text("<svg onload=alert(1)>")');
  assert.equal(await anna.page.locator('.log img, .log script, .log svg[onload], .log a[href^="javascript"]').count(), 0);
});
