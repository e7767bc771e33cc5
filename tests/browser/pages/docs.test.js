/** The page on which the REST interface is read and tried. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Stage } from './stage.js';

const stage = Stage.house(['anna', 'ben']);

/** The page, and all that it asked for. @param {import('playwright-core').BrowserContextOptions} [options] */
async function reader(options) {
  const window = await stage.visitor(options);
  const asked = /** @type {string[]} */ ([]);
  window.page.on('request', (request) => asked.push(request.url()));
  await window.page.goto(`${stage.server.url}/api/docs`);
  await window.page.waitForSelector('.opblock');
  return { window, page: window.page, asked };
}

test('every call is listed, by a page that asks nobody else and keeps to its policy', async () => {
  const { window, page, asked } = await reader();
  const { paths } = await (await fetch(`${stage.server.url}/api/v1/openapi.json`)).json();
  const wanted = Object.entries(paths).flatMap(([path, item]) => Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`));
  const blocks = await page.locator('.opblock').evaluateAll((all) => all.map((one) => [one.querySelector('.opblock-summary-method')?.textContent, one.querySelector('.opblock-summary-path')?.getAttribute('data-path')].join(' ')));
  assert.deepEqual(blocks.sort(), wanted.sort());
  assert.deepEqual(asked.filter((url) => !url.startsWith(stage.server.url) && !url.startsWith('data:')), []);
  window.good();
});

test('a call is tried with a key', async () => {
  const { page } = await reader();
  await page.click('button.authorize');
  await page.fill('.auth-container input', stage.server.app.key);
  await page.click('.auth-btn-wrapper button:has-text("Authorize")');
  await page.click('.auth-btn-wrapper button:has-text("Close")');
  await page.click('#operations-users-get_users .opblock-summary-control');
  await page.click('#operations-users-get_users button.execute');
  await page.waitForSelector('#operations-users-get_users .live-responses-table .response-col_status:has-text("200")');
  assert.match((await page.textContent('#operations-users-get_users .live-responses-table')) ?? '', /Ben Okafor/);
});

test('it fits a phone, and is dark where that is wanted', async () => {
  const { page } = await reader({ viewport: { width: 390, height: 844 }, colorScheme: 'dark' });
  await page.click('.opblock-summary-control >> nth=0');
  const [wide, ground] = await page.evaluate(() => [document.documentElement.scrollWidth > innerWidth, getComputedStyle(document.documentElement).backgroundColor]);
  assert.equal(wide, false);
  assert.notEqual(ground, 'rgb(255, 255, 255)');
});

test('whoever wants to send finds that first, and an id to try with', async () => {
  const { page } = await reader();
  assert.equal(await page.locator('.opblock-summary-path').first().getAttribute('data-path'), '/api/v1/messages');
  await page.click('#operations-users-get_users_id .opblock-summary-control');
  assert.equal(await page.locator('#operations-users-get_users_id .parameters input').first().inputValue(), 'anna');
});
