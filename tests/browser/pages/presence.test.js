/** Who is there and who is not, and what is said on the desktop of who is not looking. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Office } from './office.js';
import { Stage } from './stage.js';

const office = await Office.open();
after(() => office.close());
const stage = Stage.house(['anna', 'ben', 'carol', 'dora'], {
  options: ['--sign-in', 'local,token', '--origin', office.url],
  more: async (house) => void (office.house = house),
});

/** A desktop on which notices can be seen, and somebody who looks only when the test says so. @param {import('./window.js').Window} window */
async function desk(window) {
  await window.page.addInitScript(() => {
    const all = /** @type {any} */ (window);
    all.looks = true;
    all.notices = [];
    document.hasFocus = () => all.looks;
    all.Notification = class {
      static permission = 'default';
      static async requestPermission() {
        if (!navigator.userActivation.isActive) throw new Error('nobody clicked');
        return (all.Notification.permission = 'granted');
      }
      /** @param {string} title @param {any} options */
      constructor(title, options) {
        Object.assign(this, { title, ...options });
        all.notices = [...all.notices.filter((/** @type {any} */ one) => one.tag !== options.tag), this];
      }
      close() {
        all.notices = all.notices.filter((/** @type {any} */ one) => one !== this);
      }
    };
  });
  return window;
}
const notices = (window) => window.page.evaluate(() => window.notices.map(({ title, body, silent }) => ({ title, body, silent })));
const looks = (window, on) => window.page.evaluate((on) => (window.looks = on), on);
const turnOn = (window, place) => turn(window, true, place);
const turn = async (window, on, place = window.page) => {
  await place.locator('.me-button').click();
  await place.getByRole('switch', { name: /notices/ }).click();
  await place.getByRole('switch', { name: /notices/, checked: on }).waitFor();
  await place.locator('.me-button').click();
};

test('who gives no sign for five minutes is away, and back with the first one; what was chosen stays', async () => {
  const anna = await stage.visitor();
  await anna.page.clock.install();
  const [ben] = await Promise.all([stage.person('ben'), anna.signIn(stage.server.url, 'anna')]);
  await ben.open('Anna Liu');
  await ben.say('hello');
  await ben.page.waitForSelector('.chat-head .presence-available');
  await anna.page.clock.fastForward('05:01');
  await ben.page.waitForSelector('.chat-head .presence-away');
  await anna.page.waitForSelector('.me .presence-away');
  await anna.page.mouse.move(200, 200);
  await ben.page.waitForSelector('.chat-head .presence-available');
  await anna.page.waitForSelector('.me .presence-available');
  await anna.page.click('.me-button');
  await anna.page.click('.choice:has-text("Busy")');
  await anna.page.click('text=Save');
  await ben.page.waitForSelector('.chat-head .presence-busy');
  await anna.page.clock.fastForward('05:01');
  await anna.page.clock.fastForward('00:50'); // and the connection is made anew
  await anna.page.waitForSelector('.me .presence-busy');
  await anna.page.mouse.move(300, 300);
  await ben.page.waitForSelector('.chat-head .presence-busy');
});

test('somebody at another device is not away; what comes to the one where nobody is stays unread there', async () => {
  const [first, dora] = [await stage.visitor(), await stage.person('dora')];
  await first.page.clock.install();
  let read = 0;
  first.page.on('websocket', (socket) => socket.on('framesent', ({ payload }) => String(payload).startsWith('{"read"') && read++));
  await first.signIn(stage.server.url, 'carol');
  const second = await stage.person('carol');
  await first.open('Dora Wang');
  await dora.open('Carol Méndez');
  await dora.say('hello');
  await dora.page.waitForSelector('.mark-read');
  await dora.page.waitForSelector('.chat-head .presence-available');
  await first.page.clock.fastForward('05:01');
  await first.page.waitForSelector('.me .presence-away');
  assert.equal(await dora.page.locator('.chat-head .presence-available').count(), 1);
  read = 0;
  await dora.say('Are you there?');
  await first.hear('Are you there?');
  await second.page.waitForSelector('.row-chat:has-text("Dora Wang") .badge:text("1")');
  assert.equal(read, 0);
  await first.page.mouse.move(200, 200);
  await dora.said('Are you there?').locator('.mark-read').waitFor();
});

test('a notice for each conversation tells what comes while nobody looks, leads there, and goes when it is read', async () => {
  const anna = await desk(await stage.visitor());
  await anna.signIn(stage.server.url, 'anna');
  await stage.server.writes('ben', 'user:anna', 'before');
  await anna.row('Ben Okafor').waitFor();
  await looks(anna, false);
  assert.deepEqual(await notices(anna), [], 'nobody has turned them on');
  await turnOn(anna);
  await stage.server.writes('ben', 'user:anna', 'Lunch at **noon**?');
  await anna.until('there is a notice', async () => (await notices(anna)).length === 1);
  assert.deepEqual(await notices(anna), [{ title: 'Ben Okafor', body: 'Lunch at noon?', silent: true }]);
  await stage.server.writes('ben', 'user:anna', 'Or at one?');
  await stage.server.writes('carol', 'user:anna', 'Hello');
  await anna.until('there are two', async () => (await notices(anna)).length === 2);
  assert.deepEqual((await notices(anna)).map(({ body }) => body).sort(), ['Hello', 'Or at one?']);
  await anna.page.evaluate(() => {
    window.looks = true;
    window.notices.find(({ title }) => title === 'Ben Okafor').onclick();
  });
  await anna.page.waitForSelector('.chat-title:text-is("Ben Okafor")');
  await anna.until('one is left', async () => (await notices(anna)).length === 1);
  await anna.row('Carol').click();
  await anna.until('none is left', async () => (await notices(anna)).length === 0);
});

test('there is no notice for what is muted, for who looks, here or at another tab, and for who turned them off', async () => {
  const dora = await desk(await stage.visitor());
  await dora.signIn(stage.server.url, 'dora');
  await turnOn(dora);
  await dora.open('Ben Okafor');
  await stage.server.writes('ben', 'user:dora', 'first');
  await dora.hear('first');
  await dora.details();
  await dora.page.getByRole('button', { name: 'Mute' }).click();
  await dora.page.waitForSelector('.act:has-text("Unmute")');
  const other = await desk(await stage.tab(dora));
  await other.page.goto(stage.server.url);
  await other.row('Ben Okafor').waitFor();
  await other.page.evaluate(() => (window.Notification.permission = 'granted'));
  /** Something comes, and then something that is told for certain. */
  const silent = async (user, text) => {
    await stage.server.writes(user, 'user:dora', text);
    await dora.page.waitForSelector(`.row-chat :text("${text}")`);
  };
  await looks(other, false);
  await silent('anna', 'who looks');
  await looks(dora, false);
  await silent('ben', 'what is muted');
  await looks(other, true);
  await silent('anna', 'another tab');
  await looks(other, false);
  await stage.server.writes('carol', 'user:dora', 'told');
  await dora.until('there is a notice', async () => (await notices(dora)).length === 1);
  assert.deepEqual((await notices(dora)).map(({ body }) => body), ['told']);
  await turn(dora, false);
  assert.deepEqual(await notices(dora), []);
});

test('the widget says it through the page around: who wrote, and not what', async () => {
  const anna = await desk(await stage.visitor());
  await anna.page.goto(`${office.url}/start?user=anna`);
  const launcher = anna.page.getByRole('button', { name: /messages/ });
  await launcher.click();
  const frame = anna.page.frameLocator('iframe');
  await frame.locator('.me', { hasText: 'Anna Liu' }).waitFor();
  await turnOn(anna, frame);
  await frame.locator('.search input').press('Escape');
  await anna.page.getByRole('button', { name: /Open messages/ }).waitFor();
  await looks(anna, false);
  await stage.server.writes('dora', 'user:anna', 'not for the page');
  await anna.until('there is a notice', async () => (await notices(anna)).length === 1);
  assert.deepEqual(await notices(anna), [{ title: 'Dora Wang', body: 'New message', silent: true }]);
  await anna.page.evaluate(() => {
    window.looks = true;
    window.notices[0].onclick();
  });
  await frame.locator('.chat-title', { hasText: 'Dora Wang' }).waitFor();
  await frame.locator('.md', { hasText: 'not for the page' }).waitFor();
  await frame.locator('textarea').press('Escape');
  await anna.page.getByRole('button', { name: /Open messages/ }).waitFor();
  await looks(anna, false);
  await stage.server.writes('dora', 'user:anna', 'one more');
  await anna.until('there is a notice again', async () => (await notices(anna)).length === 1);
  await anna.page.evaluate(() => window.Parlour.stop());
  assert.deepEqual(await notices(anna), [], 'who signs out takes them along');
});

test('work in the page around the widget is a sign of life', async () => {
  const ben = await stage.visitor();
  await ben.page.clock.install();
  await ben.page.goto(`${office.url}/start?user=ben`);
  const anna = await stage.person('anna');
  await anna.open('Ben Okafor');
  await anna.say('hello');
  await anna.page.waitForSelector('.chat-head .presence-available');
  await ben.page.clock.fastForward('05:01');
  await anna.page.waitForSelector('.chat-head .presence-away');
  await ben.page.keyboard.press('Tab');
  await anna.page.waitForSelector('.chat-head .presence-available');
});
