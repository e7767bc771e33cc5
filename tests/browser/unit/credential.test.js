import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keeper } from '../../../assets/js/core/keep.js';
import { Credentials } from '../../../assets/js/core/credential.js';

let number = 0;
/** A page of the application, loaded again and again in one tab. */
function tab() {
  const app = `app-${++number}`;
  const [asked, store] = [[], keeper(() => undefined)];
  const page = (start, answer = null) => new Credentials(app, { user: null, ticket: null, open: false, ...start }, async () => (asked.push(1), answer && { value: answer }), store);
  return { page, asked };
}
const welcome = (user, token) => ({ me: { id: user }, session: { id: 1, expires_at: null, ...(token && { token }) } });

test('a ticket is used once; a page that is loaded again goes on with the session', async () => {
  const { page } = tab();
  const first = page({ ticket: 'T1', user: 'anna' });
  assert.equal(await first.token(null), 'T1');
  first.keep(welcome('anna', 'S1'));
  assert.equal(await first.token(null), 'S1', 'a reconnect');
  assert.equal(await page({ ticket: 'T1', user: 'anna' }).token(null), 'S1', 'the same page again');
  assert.equal(await page({ ticket: 'T2', user: 'anna' }).token(null), 'S1', 'a fresh ticket is not wasted');
});

test('another user of the page never gets the session of the one before', async () => {
  const { page } = tab();
  const first = page({ ticket: 'T1', user: 'anna' });
  await first.token(null);
  first.keep(welcome('anna', 'S1'));
  assert.equal(await page({ ticket: 'T2', user: 'ben' }).token(null), 'T2');
  assert.equal(await page({ ticket: 'T3' }).token(null), 'T3', 'nor where the page does not say who it is');
  assert.equal(await page({ ticket: 'T1' }).token(null), 'S1', 'but the same ticket is the same user');
});

test('a session that is refused gives way to the ticket, then to the page’s function, then to the end', async () => {
  const { page, asked } = tab();
  const first = page({ ticket: 'T1', user: 'anna' });
  await first.token(null);
  first.keep(welcome('anna', 'S1'));
  const next = page({ ticket: 'T2', user: 'anna' }, 'J1');
  assert.equal(await next.token(null), 'S1');
  assert.equal(await next.token('expired'), 'T2');
  assert.equal(await next.token('unauthenticated'), 'J1');
  assert.equal(asked.length, 1);
  const bare = page({ user: 'carol' });
  await assert.rejects(bare.token(null), { code: 'unauthenticated' });
});

test('forgetting ends it', async () => {
  const { page } = tab();
  const first = page({ ticket: 'T1', user: 'anna' });
  await first.token(null);
  first.keep(welcome('anna', 'S1'));
  first.forget();
  assert.equal(page({ user: 'anna' }).kept(), null);
});

test('a page that does not say who it is asks, whatever an earlier page of the tab was given; then it goes on with its own', async () => {
  const { page, asked } = tab();
  const annas = page({}, 'J-anna');
  await annas.token(null);
  annas.keep(welcome('anna', 'S-anna'));
  assert.equal(await annas.token(null), 'S-anna', 'a reconnect');
  const bens = page({}, 'J-ben');
  assert.equal(await bens.token(null), 'J-ben', 'somebody else may have signed in');
  assert.equal(bens.kept(), null, 'nor does a window of its own get it');
  bens.keep(welcome('ben', 'S-ben'));
  assert.deepEqual([await bens.token(null), asked.length], ['S-ben', 2]);
  await assert.rejects(page({}, '').token(null), { code: 'unauthenticated' }, 'nobody is signed in any more');
});

test('a ticket that is spent does not fall back to the session of somebody before', async () => {
  const { page } = tab();
  const annas = page({}, 'J-anna');
  await annas.token(null);
  annas.keep(welcome('anna', 'S-anna'));
  const bens = page({ ticket: 'T-old' });
  assert.equal(await bens.token(null), 'T-old');
  await assert.rejects(bens.token('unauthenticated'), { code: 'unauthenticated' });
});

test('a page that says what went wrong is no token: it is asked for again later, and nobody is signed out by it', async () => {
  const { page } = tab();
  for (const text of ['<!doctype html><title>502</title>', '{"error":"login"}', 'not signed in']) await assert.rejects(page({}, text).token(null), { code: 'unavailable', temporary: true });
  assert.equal(await page({}, ' eyJh.eyJz.c2ln\n').token(null), 'eyJh.eyJz.c2ln', 'but a line’s end does no harm');
});
