import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Office } from './office.js';
import { Stage } from './stage.js';

const office = await Office.open();
after(() => office.close());
const stage = Stage.house(['anna', 'ben', 'carol', 'dora', 'emil'], {
  options: ['--sign-in', 'local,token', '--origin', office.url],
  more: async (house) => void (office.house = house),
});
const frameOf = (window) => window.page.frameLocator('iframe');
const launcher = (window) => window.page.getByRole('button', { name: /messages/ });

test('a page of another origin has the launcher, its badge counts, and the conversation is in the frame', async () => {
  const [anna, ben] = [await stage.visitor(), await stage.visitor()];
  await anna.page.goto(`${office.url}/start?user=anna`);
  await launcher(anna).waitFor();
  await ben.signIn(stage.server.url, 'ben');
  await ben.open('Anna Liu');
  await ben.say('Are you there?');
  await anna.page.waitForSelector('.badge:text("1")');
  assert.equal(await launcher(anna).getAttribute('aria-label'), 'Open messages (1 unread)');
  await launcher(anna).click();
  const frame = frameOf(anna);
  await frame.locator('.row', { hasText: 'Ben Okafor' }).click();
  await frame.locator('.md', { hasText: 'Are you there?' }).waitFor();
  await ben.page.waitForSelector('.mark-read');
  await frame.locator('textarea').fill('Here I am');
  await frame.locator('textarea').press('Enter');
  await ben.hear('Here I am');
  await frame.locator('textarea').press('Escape');
  await anna.until('the launcher has the focus again', () => anna.page.evaluate(() => document.activeElement?.shadowRoot?.activeElement?.tagName === 'BUTTON'));
  assert.equal(await launcher(anna).getAttribute('aria-expanded'), 'false');
  await ben.say('closed, but counted');
  await anna.page.waitForSelector('.badge:text("1")');
  const colour = await launcher(anna).evaluate((element) => getComputedStyle(element).backgroundColor);
  assert.equal(colour, 'rgb(15, 118, 110)');
});

test('the session goes on when the page changes, without asking for another token', async () => {
  const carol = await stage.visitor();
  office.given = 0;
  await carol.page.goto(`${office.url}/start?user=carol&hint`);
  await launcher(carol).click();
  await frameOf(carol).locator('.me', { hasText: 'Carol' }).waitFor();
  assert.equal(office.given, 1);
  await carol.page.keyboard.press('Escape');
  await carol.page.click('text=Next page');
  await launcher(carol).click();
  await frameOf(carol).locator('.me', { hasText: 'Carol' }).waitFor();
  assert.equal(office.given, 1);
  await carol.page.goto(`${office.url}/start?user=dora&hint`);
  await launcher(carol).click();
  await frameOf(carol).locator('.me', { hasText: 'Dora Wang' }).waitFor();
  assert.equal(office.given, 2, 'another user of the page is another session');
});

test('who comes next in a tab is not taken for whoever was there, also where the page does not say who it is', async () => {
  const window = await stage.visitor();
  for (const [user, name] of [['carol', 'Carol'], ['dora', 'Dora Wang']]) {
    await window.page.goto(`${office.url}/start?user=${user}`);
    await launcher(window).click();
    await frameOf(window).locator('.me', { hasText: name }).waitFor();
    await window.page.keyboard.press('Escape');
  }
});

test('while the page for tokens fails nobody is signed out: it is asked again', async () => {
  const window = await stage.visitor();
  window.allow(/status of 502/, /token\(\) failed/);
  office.broken = 2;
  await window.page.goto(`${office.url}/start?user=dora`);
  await launcher(window).click();
  await frameOf(window).locator('.me', { hasText: 'Dora Wang' }).waitFor();
  assert.equal(office.broken < 0, true);
});

test('it stays open from page to page of a tab, where it was, until it is closed', async () => {
  const carol = await stage.visitor();
  await carol.page.goto(`${office.url}/start?user=carol&hint`);
  await launcher(carol).click();
  await frameOf(carol).locator('.search input').fill('dora');
  await frameOf(carol).locator('.row', { hasText: 'Dora Wang' }).click();
  await frameOf(carol).locator('.chat-title', { hasText: 'Dora Wang' }).waitFor();
  await frameOf(carol).locator('.composer textarea').fill('Which page is yours?');
  await frameOf(carol).locator('.composer textarea').press('Enter');
  await frameOf(carol).locator('.mark-sent, .mark-received, .mark-read').first().waitFor();
  await carol.page.click('text=Next page');
  await frameOf(carol).locator('.md', { hasText: 'Which page is yours?' }).waitFor();
  await carol.until('it is open', async () => (await launcher(carol).getAttribute('aria-expanded')) === 'true');
  assert.equal(await carol.page.evaluate(() => document.activeElement === document.body), true, 'the page has the focus');
  const other = await carol.page.context().newPage();
  await other.goto(`${office.url}/start?user=carol&hint`);
  const there = other.getByRole('button', { name: /messages/ });
  await there.waitFor();
  assert.notEqual(await there.getAttribute('aria-expanded'), 'true', 'another tab is its own');
  await launcher(carol).click();
  await carol.page.reload();
  await launcher(carol).waitFor();
  assert.notEqual(await launcher(carol).getAttribute('aria-expanded'), 'true');
});

test('the whole client opens in a window of its own, at the same conversation, signed in', async () => {
  const anna = await stage.visitor();
  await anna.page.goto(`${office.url}/start?user=anna`);
  await launcher(anna).click();
  const frame = frameOf(anna);
  await frame.locator('.search input').fill('dora');
  await frame.locator('.row', { hasText: 'Dora Wang' }).click();
  await frame.locator('.chat-title', { hasText: 'Dora Wang' }).waitFor();
  await frame.getByRole('button', { name: 'Back' }).click();
  const [page] = await Promise.all([anna.page.context().waitForEvent('page'), frame.getByRole('button', { name: 'Open in its own window' }).click()]);
  await page.waitForSelector('.side .me:has-text("Anna Liu")');
  assert.doesNotMatch(page.url(), /ticket/);
  await anna.until('the widget is closed', async () => (await launcher(anna).getAttribute('aria-expanded')) === 'false');
});

test('the page opens a conversation by name', async () => {
  const anna = await stage.visitor();
  await anna.page.goto(`${office.url}/start?user=anna`);
  await launcher(anna).waitFor();
  await anna.page.evaluate(() => /** @type {any} */ (window).Parlour.open('user:ben'));
  await frameOf(anna).locator('.chat-title', { hasText: 'Ben Okafor' }).waitFor();
  await anna.page.evaluate(() => /** @type {any} */ (window).Parlour.open('user:emil'));
  await frameOf(anna).locator('.chat-title', { hasText: 'Emil Berg' }).waitFor(); // whom she has never met
  await anna.page.evaluate(() => /** @type {any} */ (window).Parlour.open('user:nobody'));
  await frameOf(anna).getByText('There is nobody called “nobody” here.').waitFor();
  assert.equal(await frameOf(anna).locator('.composer').count(), 0);
});

test('on a phone it fills the screen, and closes from inside; in Chinese where the page is', async () => {
  const ben = await stage.visitor({ viewport: { width: 360, height: 640 }, isMobile: true, hasTouch: true });
  await ben.page.goto(`${office.url}/start?user=ben&lang=zh-CN`);
  const button = ben.page.getByRole('button', { name: /打开消息/ });
  await button.tap();
  const frame = frameOf(ben);
  await frame.getByRole('tab', { name: '联系人' }).waitFor();
  await ben.until('the frame fills the screen', async () => {
    const box = await ben.page.locator('iframe').boundingBox();
    return box?.width === 360 && box.height === 640 && box.x === 0 && box.y === 0;
  });
  await frame.getByRole('button', { name: '关闭' }).first().tap();
  await button.waitFor();
});

test('a page that the application does not know gets nothing', async () => {
  const stranger = await Office.open();
  stranger.house = stage.server;
  try {
    const eve = await stage.visitor();
    eve.allow(/the frame does not answer/, /frame-ancestors/, /ERR_BLOCKED_BY_RESPONSE/, /postMessage.*does not match/);
    await eve.page.goto(`${stranger.url}/start?user=anna`);
    await launcher(eve).click();
    await eve.until('the frame is refused', async () => eve.complaints.some((text) => text.includes('frame-ancestors')));
    assert.equal(await eve.page.frameLocator('iframe').locator('.me').count(), 0);
    await launcher(eve).waitFor({ state: 'hidden' });
  } finally {
    await stranger.close();
  }
});

test('a ticket or token of another user than the page names opens nothing, and the page says so', async () => {
  const window = await stage.visitor();
  const said = [];
  window.page.on('console', (message) => said.push(message.text()));
  window.allow(/is of another user than the page says/);
  await window.page.goto(`${office.url}/start?user=dora&hint&more=${encodeURIComponent('{"user":"carol"}')}`);
  await launcher(window).click();
  await frameOf(window).getByText('You are not signed in here').waitFor();
  assert.ok(said.some((text) => text.includes('is of another user than the page says')));
});

test('it stands where the page wants it, and the page may have a button of its own', async () => {
  const window = await stage.visitor();
  const at = (/** @type {object} */ more, lang = 'en') => window.page.goto(`${office.url}/start?user=dora&hint&lang=${lang}&more=${encodeURIComponent(JSON.stringify(more))}`);
  const box = async () => /** @type {{x: number, y: number, width: number, height: number}} */ (await launcher(window).boundingBox());
  const { width, height } = /** @type {{width: number, height: number}} */ (window.page.viewportSize());
  await at({});
  assert.deepEqual(await box(), { x: width - 76, y: height - 76, width: 56, height: 56 });
  await at({ side: 'left', bottom: '6rem' });
  assert.deepEqual(await box(), { x: 20, y: height - 152, width: 56, height: 56 });
  await launcher(window).click();
  const frame = await window.page.locator('iframe').boundingBox();
  assert.deepEqual([frame?.x, (frame?.y ?? -1) >= 0], [20, true], 'it opens above the button, inside the window');
  await launcher(window).click();

  await at({ button: 'none' });
  await window.page.evaluate(() => {
    const seen = Object.assign(window, { seen: /** @type {number[]} */ ([]) }).seen;
    addEventListener('parlour-unread', (event) => seen.push(/** @type {CustomEvent} */ (event).detail.unread));
    document.querySelector('button')?.addEventListener('click', () => /** @type {any} */ (window).Parlour.toggle());
  });
  assert.equal(await launcher(window).count(), 0);
  const count = () => window.page.evaluate(() => /** @type {any} */ (window).seen.at(-1) ?? 0);
  await stage.server.run(['send', 'oa', 'user:dora', 'for any button']);
  await window.until('the page counts', async () => (await count()) > 0);
  const before = await count();
  await stage.server.run(['send', 'oa', 'user:dora', 'for your own button']);
  await window.until('the page counts on', async () => (await count()) === before + 1);
  await window.page.getByRole('button', { name: 'Other' }).click();
  await frameOf(window).locator('.row', { hasText: 'for your own button' }).waitFor();
  await window.until('there is no place for a button under it', async () => {
    const whole = await window.page.locator('iframe').boundingBox();
    return (whole?.y ?? 0) + (whole?.height ?? 0) === height - 20;
  });
  await window.page.getByRole('button', { name: 'Other' }).click();
  await window.page.locator('iframe').waitFor({ state: 'hidden' });
});
