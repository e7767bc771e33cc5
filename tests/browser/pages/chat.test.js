import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Stage } from './stage.js';

const stage = Stage.house(['anna', 'ben', 'carol', 'dora', 'emil', 'finn', 'gina', 'hugo', 'ivy', 'jan']);

test('two people write to each other, see each other come, write and read', async () => {
  const [anna, ben] = await Promise.all([stage.person('anna'), stage.person('ben')]);
  await anna.open('Ben Okafor');
  await anna.say('Lunch at **noon**?');
  await anna.hear('Lunch at noon?');
  assert.equal(await anna.said('Lunch at noon?').locator('strong').textContent(), 'noon');
  await ben.row('Anna Liu').click();
  await ben.hear('Lunch at noon?');
  await anna.page.waitForSelector('.mark-read');
  await anna.page.waitForSelector('.chat-head .presence-available');
  await ben.page.type('.composer textarea', 'Gla');
  await anna.page.waitForSelector('.chat-head .is-live');
  await ben.say('Gladly');
  await anna.hear('Gladly');
  await anna.until('the writing is over', async () => (await anna.page.locator('.is-live').count()) === 0);
});

test('the last own message is edited with ↑, another deleted after a question; the other sees both', async () => {
  const [carol, dora] = await Promise.all([stage.person('carol'), stage.person('dora')]);
  await carol.open('Dora Wang');
  await carol.say('frist');
  await carol.say('second');
  await carol.hear('second');
  await carol.sent();
  await dora.row('Carol').click();
  await dora.hear('frist');
  await carol.page.press('.composer textarea', 'ArrowUp');
  assert.equal(await carol.page.inputValue('.composer textarea'), 'second');
  await carol.page.press('.composer textarea', 'Escape');
  assert.equal(await carol.page.inputValue('.composer textarea'), '');
  await carol.said('frist').hover();
  await carol.said('frist').getByRole('button', { name: 'Edit' }).click();
  await carol.page.fill('.composer textarea', 'first');
  await carol.page.press('.composer textarea', 'Enter');
  await dora.hear('first');
  await carol.said('second').hover();
  await carol.said('second').getByRole('button', { name: 'Delete' }).click();
  await carol.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await dora.page.waitForSelector('.message-gone');
  assert.equal(await dora.said('second').count(), 0);
});

test('↑ takes up what was said last, and nothing older while that is on its way', async () => {
  const anna = await stage.visitor();
  /** @type {Array<() => void>} */ const held = [];
  await anna.page.routeWebSocket(/\/ws$/, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((text) => (/"text":"said last"/.test(String(text)) ? held.push(() => socket.send(text)) : socket.send(text)));
  });
  await anna.signIn(stage.server.url, 'anna');
  await anna.open('Jan Novak');
  await anna.say('said before');
  await anna.sent();
  await anna.say('said last');
  await anna.until('the answer is on its way', async () => held.length > 0);
  await anna.page.press('.composer textarea', 'ArrowUp');
  assert.equal(await anna.page.inputValue('.composer textarea'), '');
  held.forEach((pass) => pass());
  await anna.sent();
  await anna.page.press('.composer textarea', 'ArrowUp');
  assert.equal(await anna.page.inputValue('.composer textarea'), 'said last');
});

test('who answers has read what was there, whoever wrote it', async () => {
  for (const text of ['one', 'two', 'three']) await stage.server.writes('dora', 'user:emil', text);
  const emil = await stage.visitor();
  // nobody looks: what is on the screen is not read by that
  await emil.page.addInitScript(() => (document.hasFocus = () => false));
  await emil.signIn(stage.server.url, 'emil');
  await emil.page.waitForSelector('.row-chat:has-text("Dora Wang") .badge:text("3")');
  await emil.open('Dora Wang');
  await emil.say('four');
  await emil.until('nothing is unread', async () => (await emil.page.locator('.row-chat:has-text("Dora Wang") .badge').count()) === 0);
  const dora = await stage.person('dora');
  await dora.row('Emil Berg').click();
  await dora.said('three').locator('.mark-read').waitFor();
  await stage.server.writes('finn', 'user:emil', 'a question');
  await emil.page.waitForSelector('.row-chat:has-text("Finn Sand") .badge:text("1")');
  await stage.server.writes('emil', 'user:finn', 'the answer, written down by the application');
  await emil.until('nothing is unread there', async () => (await emil.page.locator('.row-chat:has-text("Finn Sand") .badge').count()) === 0);
});

test('replies show what they answer to and lead there', async () => {
  const [emil, finn] = await Promise.all([stage.person('emil'), stage.person('finn')]);
  await emil.open('Finn Sand');
  await emil.say('Which room?');
  await finn.row('Emil').click();
  await finn.hear('Which room?');
  await finn.said('Which room?').hover();
  await finn.said('Which room?').getByRole('button', { name: 'Reply' }).click();
  await finn.say('The blue one');
  await emil.hear('The blue one');
  assert.equal(await emil.page.locator('.quote-text').textContent(), 'Which room?');
  await emil.page.click('.quote');
  await emil.until('the message has the focus', () => emil.said('Which room?').evaluate((element) => element === document.activeElement));
});

test('unread counts rise, fall when looked at, and agree in two tabs', async () => {
  const gina = await stage.person('gina');
  const hugo = await stage.person('hugo');
  const second = await stage.tab(hugo);
  await second.page.goto(stage.server.url);
  await second.page.waitForSelector('.side .me');
  await gina.open('Hugo Blum');
  for (const text of ['one', 'two', 'three']) await gina.say(text);
  for (const tab of [hugo, second]) await tab.page.waitForSelector('.row-chat .badge:text("3")');
  await hugo.until('the title counts', async () => (await hugo.page.title()).startsWith('(3)'));
  await hugo.row('Gina Rossi').click();
  await hugo.hear('three');
  await hugo.page.waitForSelector('.divider-new');
  assert.equal((await hugo.page.locator('.chat-head').boundingBox())?.y, 0, 'only the messages scroll');
  for (const tab of [hugo, second]) await tab.until('nothing is unread', async () => (await tab.page.locator('.row-chat .badge').count()) === 0);
  await second.until('the title is quiet', async () => (await second.page.title()) === 'Acme Office');
  await gina.page.waitForSelector('.mark-read');
});

test('a draft is there again after a reload, and in the list', async () => {
  const ivy = await stage.person('ivy');
  await ivy.open('Jan Novak');
  await ivy.page.fill('.composer textarea', 'not finished');
  await ivy.page.reload();
  await ivy.page.waitForSelector('.composer textarea');
  assert.equal(await ivy.page.inputValue('.composer textarea'), 'not finished');
  await ivy.say('finished');
  await ivy.hear('finished');
  await ivy.page.fill('.composer textarea', 'another');
  await ivy.open('Hugo Blum');
  await ivy.page.waitForSelector('.row-chat:has-text("Jan Novak") .is-draft');
});

test('older messages come in while scrolling up, and the place is kept', async () => {
  for (let line = 1; line <= 130; line++) await stage.server.writes('jan', 'user:emil', `line ${line}`);
  const jan = await stage.person('jan');
  await jan.row('Emil Berg').click();
  await jan.hear('line 130');
  assert.equal(await jan.said('line 1').count(), 0);
  const log = jan.page.locator('.log');
  await jan.until('the first line is here', async () => {
    await log.evaluate((element) => element.scrollTo(0, 0));
    return (await jan.said('line 1').count()) === 1;
  });
  const numbers = await jan.page.locator('.message .md').allTextContents();
  assert.deepEqual(numbers, Array.from({ length: 130 }, (_, at) => `line ${at + 1}`));
  await jan.page.click('.to-bottom');
  await jan.until('the newest is in sight', () => jan.said('line 130').evaluate((element) => element.getBoundingClientRect().bottom < innerHeight));
});

test('what is written in many lines does not move the messages above', async () => {
  const gina = await stage.person('gina');
  for (let line = 1; line <= 25; line++) await stage.server.writes('gina', 'user:jan', `line ${line}`);
  await gina.row('Jan Novak').click();
  await gina.hear('line 25');
  await gina.page.fill('.composer textarea', 'line\n'.repeat(12));
  const below = () => gina.page.locator('.log').evaluate((log) => Math.round(log.scrollHeight - log.clientHeight - log.scrollTop));
  await gina.until('the newest is in sight', async () => (await below()) <= 1);
  await gina.page.type('.composer textarea', 'more');
  assert.ok((await below()) <= 1, `${await below()} pixels off`);
});

test('going to what is new, or to an answered message, moves the messages and nothing around them', async () => {
  const [finn, ivy] = await Promise.all([stage.person('finn'), stage.person('ivy')]);
  await finn.open('Ivy Stone');
  for (let line = 1; line <= 14; line++) await finn.say(`tall ${line}\nand\nmore\nof it`);
  await ivy.page.waitForSelector('.row-chat .badge:text("14")');
  await ivy.row('Finn Sand').click();
  await ivy.page.waitForSelector('.divider-new');
  const head = async () => (await ivy.page.locator('.chat-head').boundingBox())?.y;
  const foot = async () => ivy.page.locator('.composer').evaluate((element) => Math.round(innerHeight - element.getBoundingClientRect().bottom));
  assert.deepEqual([await head(), await foot()], [0, 0]);
  const seen = await ivy.page.locator('.divider-new').evaluate((element) => {
    const box = element.getBoundingClientRect();
    return box.top >= 0 && box.bottom <= innerHeight;
  });
  assert.ok(seen, 'what is new is in sight');
});
