/** Signing out in the widget: by the page, by another page, by one that only says good-bye. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Office } from './office.js';
import { Stage } from './stage.js';

const office = await Office.open();
after(() => office.close());
const stage = Stage.house(['anna', 'ben', 'carol', 'dora', 'emil'], {
  options: ['--sign-in', 'local,token,ticket', '--origin', office.url],
  more: async (house) => {
    office.house = house;
    await house.run(['app', 'register', 'crm', '--name', 'Customers', '--sign-in', 'ticket', '--origin', office.url]);
    const script = (/** @type {string} */ more) => `<script src="${house.url}/widget.js" ${more}></script>`;
    const page = (/** @type {string} */ scripts) => `<!doctype html><html lang="en"><title>Office</title>${scripts}<h1>Office</h1></html>`;
    office.pages.set('/left', page(`<p>Good-bye</p>${script('data-app="oa" data-user="emil"')}<script>Parlour.stop()</script>`));
    office.pages.set('/left-too', page(`${script('')}<script>Parlour.stop({ app: 'oa' })</script>`));
    office.pages.set('/next', page(script('data-app="oa" data-user="emil"')));
    office.pages.set('/plain', page(script('')));
  },
});
const frameOf = (window) => window.page.frameLocator('iframe');
const launcher = (window) => window.page.getByRole('button', { name: /messages/ });
/** How many sessions somebody has. @param {string} user */
const sessions = async (user) => (await stage.server.call('GET', `/users/${user}/sessions`)).items.length;
/** In the page, with what it has. @param {import('./window.js').Window} window @param {string} what */
const parlour = (window, what) => window.page.evaluate(`Parlour.${what}`);
/** @param {import('./window.js').Window} window @param {string} user @param {string} [where] */
async function arrives(window, user, where = `/start?user=${user}&hint`) {
  await window.page.goto(`${office.url}${where}`);
  await frameOf(window).locator('.me').waitFor({ state: 'attached' });
}

test('stopping ends the session at the server too, and in the other pages of this browser; no draft stays', async () => {
  const first = await stage.visitor();
  const second = await stage.tab(first);
  for (const tab of [first, second]) {
    await tab.page.goto(`${office.url}/start?user=ben&hint`);
    await launcher(tab).click();
    await frameOf(tab).locator('.me', { hasText: 'Ben' }).waitFor();
  }
  await frameOf(first).locator('.search input').fill('dora');
  await frameOf(first).locator('.row', { hasText: 'Dora Wang' }).click();
  await frameOf(first).locator('.composer textarea').fill('not for whoever comes next');
  const drafts = () => second.page.frames()[1].evaluate(() => Object.keys(localStorage).filter((name) => name.startsWith('parlour/draft/')).length);
  await first.until('the draft is kept', async () => (await drafts()) === 1);
  const before = await sessions('ben');
  await first.page.evaluate(() => /** @type {any} */ (window).Parlour.stop());
  await frameOf(second).locator('text=You are not signed in here').waitFor();
  await first.until('both sessions have ended', async () => (await sessions('ben')) === before - 2);
  assert.equal(await drafts(), 0);
});

test('stopping takes the widget away and forgets the session', async () => {
  const dora = await stage.visitor();
  office.given = 0;
  await dora.page.goto(`${office.url}/start?user=dora&hint`);
  await launcher(dora).waitFor();
  await frameOf(dora).locator('.me').waitFor({ state: 'attached' });
  await dora.page.evaluate(() => /** @type {any} */ (window).Parlour.stop());
  await dora.until('it is gone', async () => (await dora.page.locator('iframe').count()) === 0);
  await dora.page.reload();
  await launcher(dora).click();
  await frameOf(dora).locator('.me').waitFor();
  assert.equal(office.given, 2);
});

test('a page that says good-bye ends the session, before the frame is there and where the page had no widget', async () => {
  const emil = await stage.visitor();
  emil.allow(/status of 401/, /is closed before/);
  for (const left of ['/left', '/left-too']) {
    await arrives(emil, 'emil');
    await emil.until('a session', async () => (await sessions('emil')) === 1);
    await emil.page.goto(`${office.url}${left}`);
    await emil.until('it is gone', async () => (await emil.page.locator('iframe').count()) === 0);
    await emil.until('no session', async () => (await sessions('emil')) === 0);
    await emil.page.goto(`${office.url}/next`);
    await emil.page.evaluate(() => globalThis.Parlour.open());
    await frameOf(emil).getByText('You are not signed in here').waitFor();
  }
});

test('what was written in the moment of signing out still leaves, and nothing stays behind', async () => {
  const [ben, carol] = [await stage.visitor(), await stage.visitor()];
  await carol.signIn(`${stage.server.url}/?app=oa`, 'carol');
  await ben.page.routeWebSocket(/\/ws$/, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((frame) => server.send(frame));
    server.onMessage((frame) => void setTimeout(() => socket.send(frame), 150)); // a slow line
  });
  await ben.page.goto(`${office.url}/start?user=ben&hint`);
  await ben.page.evaluate(() => /** @type {any} */ (window).Parlour.open('user:carol'));
  const area = frameOf(ben).locator('.composer textarea');
  for (const text of ['one', 'two', 'three']) {
    await area.fill(text);
    await area.press('Enter');
  }
  assert.equal(await frameOf(ben).locator('.message.is-waiting').count() > 0, true);
  const frame = ben.page.frames()[1];
  await ben.page.evaluate(() => /** @type {any} */ (window).Parlour.stop());
  assert.equal(await ben.page.locator('iframe').isVisible(), false, 'it is out of sight at once');
  await ben.until('it is gone', () => frame.isDetached());
  await carol.open('Ben Okafor');
  for (const text of ['one', 'two', 'three']) await carol.hear(text);
  const other = await stage.tab(ben);
  await other.page.goto(`${stage.server.url}/?app=oa`);
  assert.deepEqual(await other.page.evaluate(() => Object.keys(localStorage).filter((name) => name.startsWith('parlour/outbox/'))), []);
});


test('what waited for a connection leaves too, though the page only says good-bye', async () => {
  const [emil, carol] = [await stage.visitor(), await stage.visitor()];
  await carol.signIn(`${stage.server.url}/?app=oa`, 'carol');
  let broken = true;
  await emil.page.routeWebSocket(/\/ws$/, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((frame) => (broken && String(frame).startsWith('{"send"') ? null : server.send(frame)));
  });
  for (const [at, left] of ['/left', '/left-too'].entries()) {
    broken = true;
    await arrives(emil, 'emil');
    await parlour(emil, "open('user:carol')");
    const area = frameOf(emil).locator('.composer textarea');
    await area.fill(`nobody has this yet, ${at}`);
    await area.press('Enter');
    await frameOf(emil).locator('.message.is-waiting').waitFor();
    broken = false;
    await emil.page.goto(`${office.url}${left}`);
    await carol.open('Emil Berg');
    await carol.hear(`nobody has this yet, ${at}`);
    await emil.until('no session', async () => (await sessions('emil')) === 0);
  }
});

test('the other pages hear of it from a page that only says good-bye, and no draft stays', async () => {
  const [first, second] = await (async (one) => [one, await stage.tab(one)])(await stage.visitor());
  for (const left of ['/left', '/left-too']) {
    for (const tab of [first, second]) await arrives(tab, 'emil');
    await parlour(second, 'open()');
    await parlour(first, "open('user:ben')");
    await frameOf(first).locator('.composer textarea').fill('not for whoever comes next');
    const drafts = () => second.page.frames()[1].evaluate(() => Object.keys(localStorage).filter((name) => name.startsWith('parlour/draft/')).length);
    await first.until('the draft is kept', async () => (await drafts()) === 1);
    await first.page.goto(`${office.url}${left}`);
    await frameOf(second).getByText('You are not signed in here').waitFor();
    await first.until('no session', async () => (await sessions('emil')) === 0);
    assert.equal(await drafts(), 0);
  }
});

test('no draft stays of whom the page names, though the session has ended before', async () => {
  const emil = await stage.visitor();
  await arrives(emil, 'emil');
  await parlour(emil, "open('user:ben')");
  await frameOf(emil).locator('.composer textarea').fill('not for whoever comes next');
  await emil.page.goto(`${office.url}/plain`);
  await stage.server.call('DELETE', '/users/emil/sessions');
  await emil.page.goto(`${office.url}/left`);
  await emil.until('it is gone', async () => (await emil.page.locator('iframe').count()) === 0);
  const inside = await stage.tab(emil);
  await inside.page.goto(`${stage.server.url}/?app=oa`);
  assert.deepEqual(await inside.page.evaluate(() => Object.keys(localStorage).filter((name) => name.startsWith('parlour/draft/'))), []);
});

test('when the promise is kept the session has ended, also one that is just being opened by a ticket', async () => {
  const emil = await stage.visitor();
  await arrives(emil, 'emil');
  assert.equal(await sessions('emil'), 1);
  await parlour(emil, 'stop()');
  assert.equal(await sessions('emil'), 0);

  let helloes = 0;
  await emil.page.routeWebSocket(/\/ws$/, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((frame) => (server.send(frame), helloes++));
    server.onMessage((frame) => void setTimeout(() => socket.send(frame), 300)); // a slow line
  });
  await emil.page.goto(`${office.url}/plain`);
  const { ticket } = await stage.server.call('POST', '/users/emil/tickets', {});
  await parlour(emil, `start({ app: 'oa', user: 'emil', ticket: '${ticket}' })`);
  await emil.until('it is on its way', async () => helloes > 0);
  await parlour(emil, 'stop()');
  assert.equal(await sessions('emil'), 0);
  await emil.page.goto(`${office.url}/next`);
  await parlour(emil, 'open()');
  await frameOf(emil).getByText('You are not signed in here').waitFor();
});

test('a page ends the session of whom it names, and of nobody else', async () => {
  const anna = await stage.visitor();
  await arrives(anna, 'anna');
  await anna.page.goto(`${office.url}/plain`);
  office.given = 0;
  await parlour(anna, "stop({ app: 'oa', user: 'ben' })");
  assert.equal(await sessions('anna'), 1);
  await arrives(anna, 'anna');
  assert.equal(office.given, 0, 'the session goes on');
  await parlour(anna, "stop({ app: 'crm' })");
  assert.equal(await sessions('anna'), 1);
  await launcher(anna).click();
  await frameOf(anna).locator('.me', { hasText: 'Anna Liu' }).waitFor();
  await anna.page.goto(`${office.url}/plain`);
  await parlour(anna, "stop({ app: 'oa', user: 'anna' })");
  assert.equal(await sessions('anna'), 0);
});

test('whoever comes next on the same page is not signed out with the one before', async () => {
  const window = await stage.visitor();
  const before = await sessions('dora');
  await arrives(window, 'anna');
  await window.page.evaluate(() => {
    const { Parlour } = /** @type {any} */ (globalThis);
    Parlour.start({ app: 'oa', user: 'anna' });
    Parlour.stop(); // its frame is not there yet
    Parlour.start({ app: 'oa', user: 'dora', token: () => fetch('/token?user=dora') });
    Parlour.open('user:ben');
  });
  await frameOf(window).locator('.chat-title', { hasText: 'Ben Okafor' }).waitFor();
  await window.until('it is gone', async () => (await window.page.locator('iframe').count()) === 1);
  assert.deepEqual([await sessions('anna'), await sessions('dora')], [0, before + 1]);
  office.given = 0;
  await arrives(window, 'dora');
  assert.equal(office.given, 0, 'and the session goes on');
});
