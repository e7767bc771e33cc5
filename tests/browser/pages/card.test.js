import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { Receiver } from './receiver.js';
import { Stage } from './stage.js';

/** @type {Receiver} */ let receiver;
before(async () => (receiver = await Receiver.open()));
after(() => receiver.close());
beforeEach(() => Object.assign(receiver, { heard: [], answers: {}, status: 200 }));

const stage = Stage.house([], {
  options: [],
  settings: { more: ['--callback-pauses', '200ms'] },
  more: async (house) => {
    await house.run(['app', 'update', 'oa', '--sign-in', 'local', '--callback', receiver.url, '--approve', receiver.host]);
    receiver.secret = house.app.callback_secret;
    await house.people('anna', 'ben', 'carol', 'dora', 'emil', 'finn');
  },
});

const CARD = {
  title: 'Leave request 118',
  text: 'Finn Sand, **3 days** from Monday',
  link: 'https://oa.example/leave/118',
  fields: [{ label: 'Kind', value: 'Holiday' }, { label: 'From', value: 'Monday, 23 November' }, { label: 'Days', value: '3' }],
  actions: [
    { id: 'approve', label: 'Approve', style: 'primary', confirm: 'Approve 3 days for Finn?' },
    { id: 'reject', label: 'Reject', style: 'danger', input: { label: 'Reason', required: true } },
  ],
};

/** @param {string[]} users @param {object} [card] */
const send = (users, card = CARD) => stage.server.call('POST', '/messages', { to: users.map((id) => `user:${id}`), card });

/** The conversation with the application. @param {import('./window.js').Window} window */
async function look(window) {
  await window.row('Acme Office').first().click();
  await window.page.waitForSelector('.card');
  return window.page.locator('.card').last();
}

const pressed = () => receiver.heard.filter((call) => call.type === 'action.invoked');

test('a button pressed twice in one browser counts once, and the other browser sees who it was and what the application made of it', async () => {
  receiver.answers['action.invoked'] = ({ message: { card } }) => ({ card: { title: card.title, text: 'Entered in the calendar.', fields: card.fields } });
  const [anna, ben] = await Promise.all([stage.person('anna'), stage.person('ben')]);
  await send(['anna', 'ben']);
  const [first, second] = await Promise.all([look(anna), look(ben)]);
  assert.equal(await first.locator('dd').last().textContent(), '3');
  assert.equal(await first.locator('a.card-link').getAttribute('href'), 'https://oa.example/leave/118');
  assert.equal(await anna.page.locator('.message .md', { hasText: 'Leave request 118' }).count(), 0, 'the title stands there once');
  await first.getByRole('button', { name: 'Approve' }).click();
  const dialog = anna.page.getByRole('dialog', { name: 'Approve 3 days for Finn?' });
  await dialog.getByRole('button', { name: 'Approve' }).dblclick({ delay: 1 });
  await second.locator('.card-state.is-done', { hasText: 'Approve Anna Liu ·' }).waitFor();
  await first.locator('.card-state.is-done', { hasText: 'Approve You ·' }).waitFor();
  for (const card of [first, second]) {
    await card.locator('.card-text', { hasText: 'Entered in the calendar.' }).waitFor();
    assert.equal(await card.getByRole('button').count(), 0);
  }
  assert.equal(pressed().length, 1);
  assert.equal(pressed()[0].data.user, 'anna');
  assert.equal(receiver.forged, 0);
});

test('with the keyboard alone a reason is given; the card waits while the application is down, also after a reload', async () => {
  const carol = await stage.person('carol');
  await send(['carol']);
  const card = await look(carol);
  receiver.status = 500;
  await card.getByRole('button', { name: 'Reject' }).focus();
  await carol.page.keyboard.press('Enter');
  await carol.page.keyboard.press('Enter');
  assert.equal(pressed().length, 0, 'a reason is needed');
  await carol.page.keyboard.type('We are short of people');
  await carol.page.keyboard.press('Enter');
  await card.locator('.card-state.is-waiting', { hasText: 'Waiting for Acme Office to confirm' }).waitFor();
  await carol.until('the keyboard stands on what was done', () => carol.page.evaluate(() => document.activeElement?.classList.contains('card-state') ?? false));
  await carol.page.reload();
  await look(carol);
  await card.locator('.card-state.is-waiting').waitFor();
  receiver.status = 200;
  await card.locator('.card-state.is-refused', { hasText: 'We are short of people' }).waitFor();
  assert.equal(await card.locator('.icon-sent').count(), 0, 'what was refused has no tick');
});

test('with a finger nothing stays over a card after a button was pressed', async () => {
  const ben = await stage.person('ben', { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  await send(['ben'], { ...CARD, title: 'Leave request 120', actions: [{ id: 'approve', label: 'Approve' }] });
  await ben.row('Acme Office').first().tap();
  const message = ben.page.locator('.message', { hasText: 'Leave request 120' });
  await message.getByRole('button', { name: 'Approve' }).tap();
  await message.locator('.card-state').waitFor();
  await ben.until('the keyboard stands in the card', () => ben.page.evaluate(() => document.activeElement?.classList.contains('card-state') ?? false));
  assert.equal(await message.locator('.tools').evaluate((tools) => getComputedStyle(tools).pointerEvents), 'none');
});

test('who comes too late is told who was first, and what was refused can be pressed again', async () => {
  const [dora, emil] = await Promise.all([stage.person('dora'), stage.visitor()]);
  // What Emil's browser is told late, so that he presses what he still sees.
  let late = false;
  await emil.page.routeWebSocket(/\/ws/, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((text) => !(late && /"done":\{/.test(String(text)) && String(text).startsWith('{"sync"')) && socket.send(text));
  });
  await emil.signIn(stage.server.url, 'emil');
  await send(['dora', 'emil']);
  const [first, second] = await Promise.all([look(dora), look(emil)]);
  late = true;
  receiver.answers['action.invoked'] = { error: 'The calendar is closed.' };
  await first.getByRole('button', { name: 'Reject' }).click();
  await first.getByLabel('Reason').fill('No');
  await first.getByRole('button', { name: 'Reject' }).click();
  await dora.page.locator('.message', { hasText: 'The calendar is closed.' }).waitFor();
  receiver.answers = {};
  const again = dora.page.locator('.card').first();
  await again.getByRole('button', { name: 'Approve' }).click();
  await dora.page.getByRole('dialog').getByRole('button', { name: 'Approve' }).click();
  await again.locator('.card-state.is-done').waitFor();
  await second.getByRole('button', { name: 'Approve' }).click();
  await emil.page.getByRole('dialog').getByRole('button', { name: 'Approve' }).click();
  await emil.page.locator('.toast', { hasText: /^Dora Wang was faster: Approve, \d+:\d+\./ }).waitFor();
  await second.locator('.card-state', { hasText: 'Dora Wang' }).waitFor();
});

test('without a connection the buttons say why they cannot be pressed, and an expired card has none', async () => {
  const finn = await stage.person('finn');
  await send(['finn'], { ...CARD, expires_at: new Date(Date.now() - 60_000).toISOString() });
  const over = await look(finn);
  await over.locator('.card-state', { hasText: /^Expired · / }).waitFor();
  assert.equal(await over.getByRole('button').count(), 0);
  await send(['finn'], { ...CARD, title: 'Leave request 119' });
  const card = finn.page.locator('.card', { hasText: 'Leave request 119' });
  await card.getByRole('button', { name: 'Approve' }).waitFor();
  finn.allow(/WebSocket/, /ERR_/);
  await stage.server.kill();
  await card.getByText('There is no connection. The buttons work again when it is back.').waitFor();
  assert.equal(await card.locator('button:not(:disabled)').count(), 0);
  await stage.server.serve();
  await card.locator('button:not(:disabled)').first().waitFor();
});
