import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Stage } from './stage.js';

const stage = Stage.house(['anna', 'ben'], { options: ['--sign-in', 'local,ticket'] });

test('a link with a ticket signs in, once, and does not stay in the address', async () => {
  const { url, ticket } = await stage.server.call('POST', '/users/anna/tickets', {});
  const anna = await stage.visitor();
  await anna.page.goto(url ?? `${stage.server.url}/#ticket=${ticket}&app=oa`);
  await anna.page.waitForSelector('.side .me:has-text("Anna Liu")');
  assert.doesNotMatch(anna.page.url(), /ticket/);
  const again = await stage.visitor();
  again.allow(/status of 401/);
  await again.page.goto(url ?? `${stage.server.url}/#ticket=${ticket}&app=oa`);
  await again.page.waitForSelector('[role=alert]:has-text("used already")');
  assert.doesNotMatch(again.page.url(), /ticket/);
});

test('a link asks first when somebody is signed in', async () => {
  const { url, ticket } = await stage.server.call('POST', '/users/ben/tickets', {});
  const address = url ?? `${stage.server.url}/#ticket=${ticket}&app=oa`;
  const anna = await stage.visitor();
  await anna.signIn(stage.server.url, 'anna');
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
