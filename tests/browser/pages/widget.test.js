import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, afterEach, before, test } from 'node:test';
import { House } from './house.js';
import { launch, newContext, newWindow } from './window.js';

let house, browser, office;
let windows = [];
let given = 0;

/**
 * An application's pages, on an origin of their own, under a policy that allows nothing but what the widget needs.
 * `/tag` has the script with its data, `/start` calls `Parlour.start` with a function that fetches a token.
 */
async function openOffice() {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://office');
    const user = url.searchParams.get('user') ?? 'anna';
    if (url.pathname === '/token') {
      given++;
      response.writeHead(200, { 'content-type': 'text/plain' });
      return response.end(house.token(user));
    }
    if (url.pathname === '/start.js') {
      response.writeHead(200, { 'content-type': 'text/javascript' });
      return response.end(`Parlour.start({ app: 'oa', ${url.searchParams.has('hint') ? `user: '${user}', ` : ''}token: async () => (await fetch('/token?user=${user}')).text() });`);
    }
    response.writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': `default-src 'none'; script-src 'self' ${house.url}; connect-src 'self'; frame-src ${house.url}; require-trusted-types-for 'script'`,
    });
    response.end(`<!doctype html><html lang="${url.searchParams.get('lang') ?? 'en'}"><meta name="viewport" content="width=device-width"><title>Office</title><h1>Office</h1><button>Other</button>
      <a href="/start?hint&user=${user}&second">Next page</a>
      <script src="${house.url}/widget.js"></script><script src="/start.js?${url.searchParams}"></script>`);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(null)));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => new Promise((resolve) => (server.closeAllConnections(), server.close(resolve))) };
}

before(async () => {
  [house, browser] = await Promise.all([House.start(), launch()]);
  office = await openOffice();
  await house.application('--sign-in', 'local,token', '--origin', office.url);
  await house.people({ anna: 'Anna Liu', ben: 'Ben Okafor', carol: 'Carol Méndez', dora: 'Dora Wang' });
});
after(async () => {
  await browser.close();
  await office.close();
  await house.stop();
});
afterEach(async () => {
  for (const one of windows) one.good();
  for (const one of windows) await one.page.context().close();
  windows = [];
});

async function visitor(options) {
  const window = await newWindow(await newContext(browser, options));
  windows.push(window);
  return window;
}
const frameOf = (window) => window.page.frameLocator('iframe');
const launcher = (window) => window.page.getByRole('button', { name: /messages/ });

test('a page of another origin has the launcher, its badge counts, and the conversation is in the frame', async () => {
  const [anna, ben] = [await visitor(), await visitor()];
  await anna.page.goto(`${office.url}/start?user=anna`);
  await launcher(anna).waitFor();
  await ben.signIn(house.url, 'ben');
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
  const carol = await visitor();
  given = 0;
  await carol.page.goto(`${office.url}/start?user=carol&hint`);
  await launcher(carol).click();
  await frameOf(carol).locator('.me', { hasText: 'Carol' }).waitFor();
  assert.equal(given, 1);
  await carol.page.keyboard.press('Escape');
  await carol.page.click('text=Next page');
  await launcher(carol).click();
  await frameOf(carol).locator('.me', { hasText: 'Carol' }).waitFor();
  assert.equal(given, 1);
  await carol.page.goto(`${office.url}/start?user=dora&hint`);
  await launcher(carol).click();
  await frameOf(carol).locator('.me', { hasText: 'Dora Wang' }).waitFor();
  assert.equal(given, 2, 'another user of the page is another session');
});

test('stopping takes the widget away and forgets the session', async () => {
  const dora = await visitor();
  given = 0;
  await dora.page.goto(`${office.url}/start?user=dora&hint`);
  await launcher(dora).waitFor();
  await frameOf(dora).locator('.me').waitFor({ state: 'attached' });
  await dora.page.evaluate(() => /** @type {any} */ (window).Parlour.stop());
  await dora.until('it is gone', async () => (await dora.page.locator('iframe').count()) === 0);
  await dora.page.reload();
  await launcher(dora).click();
  await frameOf(dora).locator('.me').waitFor();
  assert.equal(given, 2);
});

test('the whole client opens in a window of its own, at the same conversation, signed in', async () => {
  const anna = await visitor();
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
  const anna = await visitor();
  await anna.page.goto(`${office.url}/start?user=anna`);
  await launcher(anna).waitFor();
  await anna.page.evaluate(() => /** @type {any} */ (window).Parlour.open('user:ben'));
  await frameOf(anna).locator('.chat-title', { hasText: 'Ben Okafor' }).waitFor();
});

test('on a phone it fills the screen, and closes from inside; in Chinese where the page is', async () => {
  const ben = await visitor({ viewport: { width: 360, height: 640 }, isMobile: true, hasTouch: true });
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
  const stranger = await openOffice();
  try {
    const eve = await visitor();
    eve.allow(/frame-ancestors/, /ERR_BLOCKED_BY_RESPONSE/, /postMessage.*does not match/);
    await eve.page.goto(`${stranger.url}/start?user=anna`);
    await launcher(eve).click();
    await eve.until('the frame is refused', async () => eve.complaints.some((text) => text.includes('frame-ancestors')));
    assert.equal(await eve.page.frameLocator('iframe').locator('.me').count(), 0);
  } finally {
    await stranger.close();
  }
});
