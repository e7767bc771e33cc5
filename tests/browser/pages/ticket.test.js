import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { House } from './house.js';
import { launch, newContext, newWindow } from './window.js';

let house, browser;
let windows = [];

before(async () => {
  [house, browser] = await Promise.all([House.start(), launch()]);
  await house.application('--sign-in', 'local,ticket,token');
  await house.people({ anna: 'Anna Liu', ben: 'Ben Okafor' });
});
after(async () => {
  await browser.close();
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

test('a link with a ticket signs in, once, and does not stay in the address', async () => {
  const { url, ticket } = await house.call('POST', '/users/anna/tickets', {});
  const anna = await visitor();
  await anna.page.goto(url ?? `${house.url}/#ticket=${ticket}&app=oa`);
  await anna.page.waitForSelector('.side .me:has-text("Anna Liu")');
  assert.doesNotMatch(anna.page.url(), /ticket/);
  const again = await visitor();
  again.allow(/status of 401/);
  await again.page.goto(url ?? `${house.url}/#ticket=${ticket}&app=oa`);
  await again.page.waitForSelector('[role=alert]:has-text("used already")');
  assert.doesNotMatch(again.page.url(), /ticket/);
});

test('a link asks first when somebody is signed in', async () => {
  const { url, ticket } = await house.call('POST', '/users/ben/tickets', {});
  const address = url ?? `${house.url}/#ticket=${ticket}&app=oa`;
  const anna = await visitor();
  await anna.signIn(house.url, 'anna');
  await anna.page.goto('about:blank');
  await anna.page.goto(address);
  await anna.page.waitForSelector('dialog:has-text("Anna Liu")');
  await anna.page.getByRole('button', { name: 'Stay as Anna Liu' }).click();
  await anna.page.waitForSelector('.side .me:has-text("Anna Liu")');
  await anna.page.goto('about:blank');
  await anna.page.goto(address);
  await anna.page.getByRole('button', { name: 'Use the link' }).click();
  await anna.page.waitForSelector('.side .me:has-text("Ben Okafor")');
});
