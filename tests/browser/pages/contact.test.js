import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Office } from './office.js';
import { Stage } from './stage.js';

const MANY = 900;
const office = await Office.open();
after(() => office.close());
const stage = Stage.house(['anna', 'ben', 'carol'], {
  options: ['--sign-in', 'local', '--origin', office.url],
  more: (house) => house.call('PUT', '/groups/sales', { name: 'Sales', users: ['anna', 'ben'] }),
});

test('contacts stand in their groups, the application on top; a new colleague appears at once', async () => {
  const anna = await stage.person('anna');
  await anna.row('Ben Okafor').waitFor();
  assert.deepEqual(await anna.page.locator('.side .row-title').allTextContents(), ['Anna Liu', 'Acme Office', 'Ben Okafor, Offline']);
  await stage.server.call('PUT', '/groups/sales', { name: 'Sales', users: ['anna', 'ben', 'carol'] });
  await anna.row('Carol Méndez').waitFor();
  const ben = await stage.person('ben');
  await anna.page.waitForSelector('.row:has-text("Ben Okafor") .presence-available');
  await ben.page.context().close();
  await anna.page.waitForSelector('.row:has-text("Ben Okafor") .presence-offline', { timeout: 15_000 });
});

test('a group folds, by mouse and by keyboard, and stays so', async () => {
  const anna = await stage.person('anna');
  await anna.row('Ben Okafor').waitFor();
  await anna.page.click('.group:has-text("Sales")');
  await anna.until('it is folded', async () => (await anna.row('Ben Okafor').count()) === 0);
  await anna.page.reload();
  await anna.page.waitForSelector('.group:has-text("Sales")');
  assert.equal(await anna.row('Ben Okafor').count(), 0);
  await anna.page.focus('.windowed');
  await anna.page.keyboard.press('Home');
  await anna.page.keyboard.press('ArrowDown');
  assert.equal(await anna.page.locator('[role=treeitem].is-active').getAttribute('aria-expanded'), 'false');
  await anna.page.keyboard.press('ArrowRight');
  await anna.row('Ben Okafor').waitFor();
  await anna.page.keyboard.press('ArrowDown');
  await anna.page.keyboard.press('Enter');
  await anna.page.waitForSelector('.chat-title:text-is("Ben Okafor")');
});

test('a picture at one of the application’s origins is shown; one that is missing gives way to initials', async () => {
  await stage.server.call('PATCH', '/users/ben', { avatar: `${office.url}/ben.png` });
  const anna = await stage.person('anna');
  await anna.page.waitForSelector('.row:has-text("Ben Okafor") img');
  await anna.until('it is drawn', () => anna.page.locator('.row:has-text("Ben Okafor") img').evaluate((image) => image.complete && image.naturalWidth > 0));
  anna.allow(/ERR_|status of 404/);
  await anna.page.route(/gone\.png/, (route) => route.fulfill({ status: 404 }));
  await stage.server.call('PATCH', '/users/ben', { avatar: `${office.url}/gone.png` });
  await anna.page.waitForSelector('.row:has-text("Ben Okafor") .avatar-letters:text("BO")');
  await stage.server.call('PATCH', '/users/ben', { avatar: null });
});

test('a group of many comes page by page, and everybody in it is found', async () => {
  const users = Array.from({ length: MANY }, (_, at) => ({ id: `m${at}`, name: `Member ${String(at).padStart(4, '0')}` }));
  const file = join(stage.server.folder, 'users.ndjson');
  await writeFile(file, users.map((user) => JSON.stringify(user)).join('\n'));
  await stage.server.run(['import', 'users', 'oa', file]);
  await stage.server.call('PUT', '/groups/all', { name: 'All', users: users.map(({ id }) => id) });
  const anna = await stage.person('anna');
  await anna.row('Member 0000').waitFor();
  assert.ok((await anna.page.locator('.windowed-row').count()) < 60, 'only what can be seen is in the page');
  await anna.until('the last one is there', async () => {
    await anna.page.locator('.windowed').evaluate((element) => element.scrollTo(0, element.scrollHeight));
    return (await anna.row(`Member ${String(MANY - 1).padStart(4, '0')}`).count()) === 1;
  });
  assert.ok((await anna.page.locator('.windowed-row').count()) < 60);
  await anna.open('Member 0777');
});

test('ten thousand people in twenty groups: only what can be seen is in the page, wherever one looks', async () => {
  const users = Array.from({ length: 10_000 }, (_, at) => ({ id: `p${at}`, name: `Person ${String(at).padStart(5, '0')}` }));
  const groups = Array.from({ length: 20 }, (_, at) => ({ id: `d${at}`, name: `Aisle ${at}`, users: users.slice(500 * at, 500 * at + 500).map(({ id }) => id), visible_to: ['ben'] }));
  for (const [kind, rows] of /** @type {const} */ ([['users', users], ['contacts', groups]])) {
    const file = join(stage.server.folder, `${kind}.ndjson`);
    await writeFile(file, rows.map((row) => JSON.stringify(row)).join('\n'));
    await stage.server.run(['import', kind, 'oa', file]);
  }
  const ben = await stage.person('ben');
  const small = async (/** @type {string} */ where) => {
    const [elements, rows] = await ben.page.evaluate(() => [document.querySelectorAll('*').length, document.querySelectorAll('.windowed-row').length]);
    assert.ok(elements < 800 && rows < 60, `${where}: ${elements} elements, ${rows} rows`);
  };
  await ben.row('Person 00000').waitFor();
  await small('at first');
  const list = ben.page.locator('.windowed');
  await list.evaluate((element) => element.scrollTo(0, element.scrollHeight / 2));
  await ben.row('Person 05').first().waitFor();
  await small('in the middle');
  await ben.page.fill('.search input', 'person');
  await ben.page.waitForSelector('.windowed-row[aria-setsize="1000"]');
  await small('in a search that finds all');
  await ben.page.fill('.search input', 'person 09999');
  await ben.row('Person 09999').first().waitFor();
  assert.equal(await ben.page.locator('.windowed-row').count(), 1);
});

test('the application is written to, and writes', async () => {
  const carol = await stage.person('carol');
  await carol.page.click('.row:has-text("Acme Office")');
  await carol.page.waitForSelector('.chat-title:text-is("Acme Office")');
  await stage.server.call('POST', '/messages', { to: 'user:carol', text: 'Your request **118** was approved' });
  await carol.hear('Your request 118 was approved');
  await carol.say('Thank you');
  await carol.hear('Thank you');
});
