/** What people send: from a folder, from the clipboard, dropped; on a connection that breaks, to a server that says no. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Office } from './office.js';
import { Stage } from './stage.js';

const office = await Office.open();
const folder = await mkdtemp(join(tmpdir(), 'parlour-files-'));
after(async () => {
  await office.close();
  await rm(folder, { recursive: true, force: true });
});
const MOST = 300_000;
const stage = Stage.house(['anna', 'ben', 'carol'], {
  options: ['--sign-in', 'local,token', '--origin', office.url],
  settings: { more: ['--file-bytes', String(MOST)] },
  more: async (house) => void (office.house = house),
});
const REPORT = Buffer.from('Quarter,Sum\nQ3,12\n');
const UPLOAD = /\/client\/files\?/;

/** @typedef {import('./window.js').Window} Window */
/** @param {string} name @param {Buffer} [buffer] @param {string} [mimeType] */
const file = (name, buffer = REPORT, mimeType = 'text/csv') => ({ name, mimeType, buffer });
/** @param {Window} window @param {...ReturnType<typeof file>} files */
const choose = (window, ...files) => window.page.locator('.composer input[type=file]').setInputFiles(files);
/** @param {Window} window */
const tray = (window) => window.page.locator('.tray-file');
/** @param {Window} window @param {number} count */
const ready = (window, count) => window.until(`${count} are there`, async () => (await window.page.locator('.tray-file.is-done').count()) === count);
/** @param {Window} window */
const send = (window) => window.page.getByRole('button', { name: 'Send', exact: true });

/** A picture, drawn by the browser. @param {Window} window */
async function picture(window) {
  const url = await window.page.evaluate(() => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 360 });
    const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
    Object.assign(pen, { fillStyle: '#b45309' }).fillRect(0, 0, 640, 360);
    return canvas.toDataURL('image/png');
  });
  return Buffer.from(url.split(',')[1], 'base64');
}

/** Anna, before her conversation with Ben. @param {string} [to] @param {import('playwright-core').BrowserContextOptions} [options] */
async function anna(to = 'Ben Okafor', options = {}) {
  const window = await stage.person('anna', options);
  await window.open(to);
  return window;
}

/** Holds uploads back until told. @param {Window} window */
async function hold(window) {
  /** @type {Array<import('playwright-core').Route>} */ const held = [];
  await window.page.route(UPLOAD, (route) => void held.push(route));
  return {
    held,
    arrived: (/** @type {number} */ count) => window.until(`${count} are on their way`, async () => held.length >= count),
    async release() {
      await window.page.unroute(UPLOAD);
      for (const route of held.splice(0)) await route.continue().catch(() => {});
    },
  };
}

test('files are chosen with the keyboard, shown before they are sent, and arrive as they were', async () => {
  const [window, ben] = [await anna(), await stage.person('ben')];
  // It comes by itself, a moment after the conversation.
  await window.until('the focus is where one writes', () => window.page.evaluate(() => document.activeElement?.tagName === 'TEXTAREA'));
  await window.page.keyboard.press('Shift+Tab');
  const asked = window.page.waitForEvent('filechooser');
  asked.catch(() => {});
  // A key is handled before what else waits for the page: only after an answer does it leave its choosers to the test.
  assert.equal(await window.page.evaluate(() => document.activeElement?.getAttribute('aria-label')), 'Attach files');
  await window.page.keyboard.press('Enter');
  const chooser = await asked;
  const photo = await picture(window);
  await chooser.setFiles([file('office.png', photo, 'image/png'), file('Quarterly report.csv')]);
  await ready(window, 2);
  assert.match(await tray(window).nth(1).innerText(), /Quarterly report\.csv\s+CSV · 18 bytes/);
  assert.equal(await tray(window).first().locator('img').evaluate((image) => /** @type {HTMLImageElement} */ (image).naturalWidth), 640);
  await window.say('Both of them');
  await window.hear('Both of them');
  assert.equal(await tray(window).count(), 0);
  await ben.row('Anna Liu').first().click();
  await ben.hear('Both of them');
  const small = ben.page.locator('.picture img');
  await ben.until('it is there', () => small.evaluate((image) => /** @type {HTMLImageElement} */ (image).naturalWidth === 640));
  const [download] = await Promise.all([ben.page.waitForEvent('download'), ben.page.click('a.file')]);
  assert.equal(download.suggestedFilename(), 'Quarterly report.csv');
  assert.deepEqual(await readFile(await download.path()), REPORT);

  await choose(window, file('alone.csv'));
  await ready(window, 1);
  await send(window).click();
  await ben.page.locator('.file-name', { hasText: 'alone.csv' }).waitFor();
});

test('what is too large or empty is said beforehand, more than ten are left out, and what is removed does not go', async () => {
  const window = await anna('Carol Méndez');
  let asked = 0;
  await window.page.route(UPLOAD, (route) => ((asked += 1), route.continue()));
  await choose(window, file('film.mp4', Buffer.alloc(MOST + 1, 1), 'video/mp4'), file('nothing.txt', Buffer.alloc(0)));
  assert.match(await tray(window).first().innerText(), /film\.mp4\s+Too large: at most 300 kB/);
  assert.match(await tray(window).nth(1).innerText(), /The file is empty/);
  assert.equal(await send(window).isDisabled(), true);
  await window.page.getByRole('button', { name: 'Remove film.mp4' }).click();
  await window.until('the focus is at the next', () => window.page.evaluate(() => document.activeElement?.getAttribute('aria-label') === 'Remove nothing.txt'));
  await window.page.keyboard.press('Enter');
  await window.until('the focus is where one writes', () => window.page.evaluate(() => document.activeElement?.tagName === 'TEXTAREA'));
  assert.equal(asked, 0);
  await choose(window, ...Array.from({ length: 12 }, (_, at) => file(`${at + 1}.csv`)));
  await window.page.locator('.toast', { hasText: 'at most 10 files; 2 were left out' }).waitFor();
  await ready(window, 10);
  const gone = window.page.waitForResponse((answer) => answer.request().method() === 'DELETE');
  await window.page.getByRole('button', { name: 'Remove 4.csv' }).click();
  assert.equal((await gone).status(), 204, 'the server need not keep it either');
  await send(window).click();
  const lines = window.page.locator('.message:not(.is-waiting) .file-name');
  await window.until('nine are there', async () => (await lines.count()) === 9);
  assert.deepEqual(await lines.allInnerTexts(), [1, 2, 3, 5, 6, 7, 8, 9, 10].map((n) => `${n}.csv`));
});

test('a picture is pasted; words that come with a picture of themselves stay words', async () => {
  const window = await anna('Carol Méndez');
  /** @param {string} words */
  const paste = (words) => window.page.locator('.composer textarea').evaluate(async (area, words) => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 8, height: 8 });
    const blob = await new Promise((resolve) => canvas.toBlob(resolve));
    const clipboardData = new DataTransfer();
    clipboardData.items.add(new File([/** @type {Blob} */ (blob)], 'image.png', { type: 'image/png' }));
    if (words) clipboardData.setData('text/plain', words);
    return area.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }, words);
  assert.equal(await paste('1\t2\t3'), true, 'the browser pastes the words');
  assert.equal(await tray(window).count(), 0);
  assert.equal(await paste(''), false);
  await ready(window, 1);
  assert.match(await tray(window).innerText(), /Picture 20\d\d-\d\d-\d\d \d\d\.\d\d\.\d\d\.png/);
});

test('files are dropped onto a conversation; a folder is not; beside it nothing happens', async () => {
  const window = await anna('Carol Méndez');
  const path = join(folder, 'Angebot für März.csv');
  await writeFile(path, REPORT);
  await mkdir(join(folder, 'a folder'));
  const browser = await window.page.context().newCDPSession(window.page);
  /** @param {string} type @param {string} selector @param {...string} files */
  const drag = async (type, selector, ...files) => {
    const box = await window.page.locator(selector).first().boundingBox();
    assert.ok(box);
    await browser.send('Input.dispatchDragEvent', { type: /** @type {any} */ (type), x: box.x + box.width / 2, y: box.y + box.height / 2, data: { items: [], files, dragOperationsMask: 1 } });
  };
  const address = window.page.url();
  await drag('dragEnter', '.side', path);
  await window.page.getByText('Drop files here').waitFor();
  await drag('dragOver', '.side', path);
  await drag('drop', '.side', path);
  await window.page.getByText('Drop files here').waitFor({ state: 'detached' });
  assert.deepEqual([window.page.url(), await tray(window).count()], [address, 0]);
  for (const type of ['dragEnter', 'dragOver', 'drop']) {
    await drag(type, '.log', path, join(folder, 'a folder'));
    if (type !== 'drop') await window.page.getByText('Drop files here').waitFor();
  }
  await window.page.locator('.toast', { hasText: 'A folder cannot be sent' }).waitFor();
  await ready(window, 1);
  assert.match(await tray(window).innerText(), /Angebot für März\.csv/);
});

test('what is sent before its files are there stands in the conversation, lets others by, and arrives once', async () => {
  const [window, ben] = [await anna(), await stage.person('ben')];
  await ben.open('Anna Liu');
  const upload = await hold(window);
  await choose(window, file('slow.csv'));
  await window.say('with a slow file');
  await window.say('said meanwhile');
  await ben.hear('said meanwhile');
  const waiting = window.page.locator('.is-waiting', { hasText: 'with a slow file' });
  assert.match(await waiting.innerText(), /slow\.csv/);
  assert.equal(await ben.said('with a slow file').count(), 0);
  const other = await stage.tab(window);
  await other.page.goto(stage.server.url);
  await other.open('Ben Okafor');
  await other.hear('said meanwhile');
  assert.equal(await other.page.locator('.is-waiting').count(), 0, 'another tab does not have the file');
  await upload.release();
  await ben.hear('with a slow file');
  await ben.page.locator('.file-name', { hasText: 'slow.csv' }).waitFor();
  await window.sent();
  await other.hear('with a slow file');
});

test('a reload in the middle loses no words, and what was there already', async () => {
  const window = await anna();
  window.page.on('dialog', (dialog) => dialog.accept());
  await choose(window, file('there.csv'));
  await ready(window, 1);
  await window.page.reload();
  await ready(window, 1);
  const upload = await hold(window);
  await choose(window, file('lost.csv'));
  await upload.arrived(1);
  await window.say('words and files');
  await window.page.reload();
  const waiting = window.page.locator('.is-waiting', { hasText: 'words and files' });
  await waiting.getByText('The page was closed before these files had arrived').waitFor();
  assert.match(await waiting.innerText(), /there\.csv[^]*lost\.csv\s+Not uploaded/);
  assert.equal(await waiting.getByRole('button', { name: 'Try again' }).count(), 0);
  await window.page.unroute(UPLOAD);
  await waiting.getByRole('button', { name: 'Edit' }).click();
  assert.equal(await window.page.inputValue('.composer textarea'), 'words and files');
  await ready(window, 1);
  await choose(window, file('found.csv'));
  await ready(window, 2);
  await send(window).click();
  await window.hear('words and files');
  assert.deepEqual(await window.page.locator('.message', { hasText: 'words and files' }).locator('.file-name').allInnerTexts(), ['there.csv', 'found.csv']);
});

test('without a connection files wait, and go with their message when it is back', async () => {
  const [window, ben] = [await anna(), await stage.person('ben')];
  await ben.open('Anna Liu');
  window.allow(/ERR_INTERNET_DISCONNECTED|ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|ERR_SOCKET_NOT_CONNECTED/);
  ben.allow(/ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET/);
  await stage.server.kill();
  await choose(window, file('later.csv'));
  await tray(window).getByText('Waits for the connection').waitFor();
  await window.say('from under a bridge');
  await window.page.locator('.is-waiting', { hasText: 'from under a bridge' }).getByText('Waits for the connection').waitFor();
  await stage.server.serve();
  await ben.hear('from under a bridge');
  await ben.page.locator('.file-name', { hasText: 'later.csv' }).waitFor();
});

test('a server that says later is asked later; one that says no is shown, and can be asked again', async () => {
  const window = await anna('Carol Méndez');
  window.allow(/status of 4(13|29)/);
  const problem = (/** @type {number} */ status, /** @type {object} */ more) => ({ status, contentType: 'application/problem+json', body: JSON.stringify(more) });
  let times = 0;
  await window.page.route(UPLOAD, (route) => {
    times += 1;
    return times <= 6 ? route.fulfill(problem(429, { code: 'rate_limited', temporary: true, retry_after: 0 })) : route.continue();
  });
  await choose(window, file('patient.csv'));
  await ready(window, 1);
  assert.equal(times, 7);
  await window.page.unroute(UPLOAD);
  await window.page.route(UPLOAD, (route) => route.fulfill(problem(413, { code: 'too_large', detail: 'no room', temporary: false })));
  await choose(window, file('no room.csv'));
  await tray(window).getByText('There is no room left for files here').waitFor();
  assert.equal(await send(window).isDisabled(), true);
  await window.page.press('.composer textarea', 'Enter');
  await window.page.locator('.toast', { hasText: 'Remove what could not be uploaded' }).waitFor();
  await window.page.getByRole('button', { name: 'Remove no room.csv' }).click();

  const upload = await hold(window);
  await choose(window, file('refused.csv'));
  await upload.arrived(1);
  await window.say('refused at first');
  for (const route of upload.held.splice(0)) await route.fulfill(problem(500, { code: 'forbidden', temporary: false }));
  window.allow(/status of 500/);
  const waiting = window.page.locator('.is-failed', { hasText: 'refused at first' });
  await waiting.getByText('A file could not be sent').waitFor();
  await window.page.unroute(UPLOAD);
  await waiting.getByRole('button', { name: 'Try again' }).click();
  await window.hear('refused at first');
  await window.sent();
});

test('what is removed while it is on its way is broken off', async () => {
  const window = await anna('Carol Méndez');
  const upload = await hold(window);
  await choose(window, file('a mistake.csv'));
  await upload.arrived(1);
  const [broken] = await Promise.all([window.page.waitForEvent('requestfailed'), window.page.getByRole('button', { name: 'Cancel a mistake.csv' }).click()]);
  assert.match(broken.url(), UPLOAD);
  assert.equal(await tray(window).count(), 0);
});

test('in the widget files are sent as well', async () => {
  const [window, ben] = [await stage.visitor(), await stage.person('ben')];
  await window.page.goto(`${office.url}/start?user=carol`);
  await window.page.getByRole('button', { name: /messages/ }).click();
  const frame = window.page.frameLocator('iframe');
  await frame.locator('.search input').fill('ben');
  await frame.locator('.row', { hasText: 'Ben Okafor' }).click();
  await frame.locator('.composer input[type=file]').setInputFiles([file('from the page.csv'), file('photo.png', await picture(window), 'image/png')]);
  await frame.locator('.tray-file.is-done').nth(1).waitFor();
  await frame.locator('.composer textarea').fill('from the widget');
  await frame.locator('.composer textarea').press('Enter');
  await frame.locator('.message:not(.is-waiting) .picture img').waitFor();
  await ben.row('Carol Méndez').first().click();
  await ben.hear('from the widget');
  await ben.page.locator('.file-name', { hasText: 'from the page.csv' }).waitFor();
});
