import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { Stage } from './stage.js';

const stage = Stage.house(['anna', 'ben'], {});

/** A picture, drawn by the browser. @param {import('./window.js').Window} window @param {number} width @param {number} height */
async function picture(window, width, height) {
  const url = await window.page.evaluate(([w, h]) => {
    const canvas = Object.assign(document.createElement('canvas'), { width: w, height: h });
    const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
    const sky = pen.createLinearGradient(0, 0, w, h);
    sky.addColorStop(0, '#1e3a8a');
    sky.addColorStop(1, '#fb923c');
    Object.assign(pen, { fillStyle: sky }).fillRect(0, 0, w, h);
    return canvas.toDataURL('image/jpeg');
  }, [width, height]);
  return Buffer.from(url.split(',')[1], 'base64');
}

/** @param {string[]} to @param {string} text @param {Record<string, Buffer>} files */
async function send(to, text, files) {
  const attachments = [];
  for (const [name, bytes] of Object.entries(files)) {
    const form = new FormData();
    form.set('file', new Blob([bytes]), name);
    const response = await fetch(`${stage.server.own}/api/v1/files`, { method: 'POST', headers: { authorization: `Bearer ${stage.server.app.key}` }, body: form });
    assert.equal(response.status, 201, await response.clone().text());
    attachments.push((await response.json()).file.id);
  }
  return stage.server.call('POST', '/messages', { to: to.map((id) => `user:${id}`), text, attachments });
}

test('a picture is shown in the place that was kept for it, and everything is saved as it was sent', async () => {
  const anna = await stage.person('anna');
  const photo = await picture(anna, 1600, 900);
  const report = Buffer.from('Quarter,Sum\nQ3,12\n');
  await send(['anna'], 'The new office', { 'office.jpg': photo, 'Quarterly report 2026.csv': report });
  await anna.row('Acme Office').first().click();
  const small = anna.page.locator('.picture img');
  await small.waitFor({ state: 'attached' });
  assert.deepEqual(await small.evaluate((image) => [image.getAttribute('width'), image.getAttribute('height')]), ['320', '180']);
  await anna.until('it is there', () => small.evaluate((image) => /** @type {HTMLImageElement} */ (image).naturalWidth === 720));
  const box = await small.boundingBox();
  assert.ok(box && Math.abs(box.width / box.height - 16 / 9) < 0.02, JSON.stringify(box));
  const line = anna.page.locator('a.file');
  assert.match(await line.innerText(), /Quarterly report 2026\.csv\s+CSV · 18 bytes/);
  await small.click();
  const save = anna.page.getByRole('dialog', { name: 'office.jpg' }).getByRole('link', { name: 'Save office.jpg' });
  for (const [place, name, bytes] of /** @type {const} */ ([[save, 'office.jpg', photo], [line, 'Quarterly report 2026.csv', report]])) {
    if (place === line) await anna.page.keyboard.press('Escape');
    const [download] = await Promise.all([anna.page.waitForEvent('download'), place.click()]);
    assert.equal(download.suggestedFilename(), name);
    assert.deepEqual(await readFile(await download.path()), bytes);
  }
});

test('in a list a message without words says what it carries, and after a restart its pictures come anew', async () => {
  const ben = await stage.person('ben');
  await send(['ben'], '', { 'a.jpg': await picture(ben, 400, 300) });
  await ben.row('Acme Office').filter({ hasText: 'Picture' }).first().click();
  const small = ben.page.locator('.picture img');
  await ben.until('it is there', () => small.evaluate((image) => /** @type {HTMLImageElement} */ (image).naturalWidth === 400));
  assert.equal(await ben.page.locator('.message .md').count(), 0);
  ben.allow(/ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|404 \(Not Found\).*\/files\//);
  const before = await small.getAttribute('src');
  await stage.server.kill();
  await stage.server.serve();
  await ben.page.reload();
  await ben.until('it is there again', () => small.evaluate((image) => /** @type {HTMLImageElement} */ (image).naturalWidth === 400));
  assert.notEqual(await small.getAttribute('src'), before);
});

test('what stands in an open page is saved after the server was started anew', async () => {
  const ben = await stage.person('ben');
  const report = Buffer.from('Quarter,Sum\nQ4,13\n');
  await send(['ben'], 'The next one', { 'Q4.csv': report });
  await ben.row('Acme Office').first().click();
  const line = ben.page.locator('a.file', { hasText: 'Q4.csv' });
  await ben.until('it has an address', () => line.evaluate((a) => a.hasAttribute('href')));
  const before = await line.getAttribute('href');
  // Whatever is fetched while the server is away.
  ben.allow(/ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|404 \(Not Found\).*\/files\//);
  await stage.server.kill();
  await stage.server.serve();
  await ben.until('it has another', async () => ![null, before].includes(await line.getAttribute('href')));
  const [download] = await Promise.all([ben.page.waitForEvent('download'), line.click()]);
  assert.deepEqual(await readFile(await download.path()), report);
});

test('a picture is looked at large, one after the other, and the focus is where it was', async () => {
  const ben = await stage.person('ben');
  await send(['ben'], 'Both sides', { 'front.jpg': await picture(ben, 1600, 900), 'back.jpg': await picture(ben, 900, 1600), 'plan.txt': Buffer.from('a plan') });
  await ben.row('Acme Office').first().click();
  const message = ben.page.locator('.message', { hasText: 'Both sides' });
  await ben.until('it has an address', () => message.locator('a.picture').first().evaluate((a) => a.hasAttribute('href')));
  await message.focus();
  await message.locator('a.picture').first().focus();
  await ben.page.keyboard.press('Enter');
  const view = ben.page.locator('dialog.viewer');
  const whole = view.locator('.viewer-frame img:not(.is-small)');
  /** @param {string} name @param {number} width */
  const shows = async (name, width) => {
    await ben.page.getByRole('dialog', { name }).waitFor();
    await ben.until(`${name} is there, whole`, async () => (await view.locator('.is-small').count()) === 0 && (await whole.evaluate((image) => /** @type {HTMLImageElement} */ (image).naturalWidth)) === width);
    const box = await whole.boundingBox();
    assert.ok(box && box.x >= 0 && box.y >= 0 && box.x + box.width <= 1180 && box.y + box.height <= 780, JSON.stringify(box));
  };
  await shows('front.jpg', 1600);
  assert.match(await view.innerText(), /1 of 2/);
  await ben.page.keyboard.press('ArrowRight');
  await shows('back.jpg', 900);
  assert.equal(await view.getByRole('button', { name: 'Next picture' }).isDisabled(), true);
  await view.getByRole('button', { name: 'Previous picture' }).click();
  await shows('front.jpg', 1600);
  await ben.page.keyboard.press('Escape');
  await view.waitFor({ state: 'detached' });
  await ben.until('the focus is where it was', () => message.locator('a.picture').first().evaluate((a) => document.activeElement === a));
  await ben.page.waitForSelector('.chat-title:text-is("Acme Office")');
});
