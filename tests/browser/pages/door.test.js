/** The card before the messenger, where one comes in through the application's pages only. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Office } from './office.js';
import { Stage } from './stage.js';

const office = await Office.open();
after(() => office.close());
const stage = Stage.house(['anna'], { options: ['--sign-in', 'ticket', '--origin', office.url], more: async (house) => void (office.house = house) });

/** Nothing of the card lies on something else of it, and there is air between. @param {any} card */
async function apart(card) {
  const boxes = await card.evaluate((element) => [...element.querySelectorAll('.avatar, .door-mark, h1, p, form > *')].map((one) => one.getBoundingClientRect()).map(({ top, bottom }) => ({ top, bottom })));
  assert.ok(boxes.length > 1);
  for (const [at, { top }] of boxes.entries()) if (at > 0) assert.ok(top - boxes[at - 1].bottom >= 4, JSON.stringify(boxes));
}

test('who is not signed in is told where to, in words that do not lie on each other', async () => {
  const anna = await stage.visitor();
  await anna.page.goto(stage.server.url);
  const text = anna.page.locator('.door-text');
  await text.waitFor();
  assert.match((await text.textContent()) ?? '', /^Sign in on the pages of Acme Office/);
  await apart(anna.page.locator('.door-card'));
});

test('a used link does not offer a form that is not there', async () => {
  const { ticket } = await stage.server.call('POST', '/users/anna/tickets', {});
  const [anna, again] = [await stage.visitor(), await stage.visitor()];
  again.allow(/status of 401/);
  await anna.page.goto(`${stage.server.url}/#ticket=${ticket}&app=oa`);
  await anna.page.waitForSelector('.side .me');
  await again.page.goto(`${stage.server.url}/#ticket=${ticket}&app=oa`);
  const problem = again.page.getByRole('alert');
  await problem.waitFor();
  assert.equal(await problem.textContent(), 'This link was used already or is too old. Open it again from where you found it.');
  await apart(again.page.locator('.door-card'));
});

test('the widget without a user says so under its mark', async () => {
  const anna = await stage.visitor();
  await anna.page.goto(`${office.url}/start?user=anna`);
  await anna.page.getByRole('button', { name: /messages/ }).click();
  const frame = anna.page.frameLocator('iframe');
  await frame.locator('.door-text').waitFor();
  await apart(frame.locator('.door-card'));
});
