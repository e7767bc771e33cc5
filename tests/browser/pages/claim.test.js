import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Stage } from './stage.js';

const stage = Stage.house(['anna', 'ben', 'carol', 'dora', 'emil']);

/** @param {string} claim @param {string[]} users @param {object} [more] */
const send = (claim, users, more) => stage.server.call('POST', '/messages', { to: users.map((id) => `user:${id}`), text: 'The lift is stuck', claim, ...more });

/** The newest claim of the conversation with the application. @param {import('./window.js').Window} window */
async function look(window) {
  await window.row('Acme Office').first().click();
  await window.page.waitForSelector('.claim');
  return window.page.locator('.claim').last();
}

test('the first to take it has it, the others see who, and who presses too late is told', async () => {
  const [anna, ben] = await Promise.all([stage.person('anna'), stage.visitor()]);
  // What Ben's browser is told late, so that he presses what he still sees.
  let late = false;
  await ben.page.routeWebSocket(/\/ws/, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((text) => !(late && String(text).startsWith('{"sync"')) && socket.send(text));
  });
  await ben.signIn(stage.server.url, 'ben');
  await send('any', ['anna', 'ben', 'carol']);
  const [first, second] = await Promise.all([look(anna), look(ben)]);
  late = true;
  await first.getByRole('button', { name: 'Take it' }).dblclick({ delay: 1 });
  await first.locator('.card-state.is-done', { hasText: /^You took it/ }).waitFor();
  assert.equal(await first.getByRole('button').count(), 0);
  await anna.until('the keyboard stands on what was done', () => anna.page.evaluate(() => document.activeElement?.classList.contains('card-state') ?? false));
  await second.getByRole('button', { name: 'Take it' }).click();
  await ben.page.locator('.toast', { hasText: /^Anna Liu was faster: taken, \d+:\d+\./ }).waitFor();
  await second.locator('.card-state.is-done', { hasText: 'Taken by Anna Liu' }).waitFor();
  const carol = await stage.person('carol');
  await (await look(carol)).locator('.card-state.is-done', { hasText: 'Taken by Anna Liu' }).waitFor();
});

test('everybody confirms with the keyboard or the mouse and sees how far it is, also after a reload', async () => {
  const [dora, emil] = await Promise.all([stage.person('dora'), stage.person('emil', { locale: 'zh-CN' })]);
  await send('all', ['dora', 'emil', 'anna'], { card: { title: 'Fire drill', text: 'On **Friday** at ten', fields: [{ label: 'Where', value: 'Yard' }] } });
  const [first, second] = await Promise.all([look(dora), look(emil)]);
  await first.getByText('0 of 3 confirmed').waitFor();
  await first.getByRole('button', { name: 'Confirm' }).focus();
  await dora.page.keyboard.press('Enter');
  await first.getByText('You confirmed').waitFor();
  await second.getByText('3 人中已有 1 人确认').waitFor();
  await dora.page.reload();
  await (await look(dora)).getByText('You confirmed').waitFor();
  assert.equal(await first.getByRole('button').count(), 0);
  await second.getByRole('button', { name: '确认' }).click();
  await first.getByText('2 of 3 confirmed').waitFor();
  await first.getByText('Emil Novak and You').or(first.getByText(/^Emil .* and You$/)).first().waitFor();
  const anna = await stage.person('anna');
  const third = await look(anna);
  await third.getByRole('button', { name: 'Confirm' }).click();
  await first.getByText('All 3 confirmed').waitFor();
  await second.getByText('全部 3 人已确认').waitFor();
});
