import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Files } from '../../../assets/js/core/file.js';

const MINUTE = 60_000;

/** Addresses of files before a server that counts how often it is asked. */
function desk(t) {
  t.mock.timers.enable({ apis: ['Date'], now: 1_000_000 });
  const asked = [];
  let fails = false;
  t.mock.method(globalThis, 'fetch', async (address) => {
    asked.push(address);
    if (fails) return Response.json({ code: 'rate_limited' }, { status: 429 });
    return Response.json({ files: [{ id: 1, url: `/files/${asked.length}` }] });
  });
  const files = new Files('oa', () => 'token');
  const url = async (...rest) => (await files.of(9, ...rest))[0].url;
  return { files, asked, url, fail: (on) => (fails = on) };
}

test('an address is asked for once, and anew before its hour is over', async (t) => {
  const { files, asked, url } = desk(t);
  assert.equal(await url(), '/files/1');
  t.mock.timers.tick(49 * MINUTE);
  assert.equal(await url(), '/files/1');
  assert.equal(files.due(9), MINUTE);
  t.mock.timers.tick(2 * MINUTE);
  assert.equal(await url(), '/files/2');
  assert.equal(files.due(9), 50 * MINUTE);
  assert.deepEqual(asked, Array(2).fill('/client/messages/9/files?app=oa'));
});

test('addresses of a server that was away are not used any more', async (t) => {
  const { files, url } = desk(t);
  await url();
  assert.equal(await url(true), '/files/2', 'the earlier one did not work');
  files.forget();
  assert.equal(await url(), '/files/3');
});

test('a question that failed is asked again', async (t) => {
  const { url, fail } = desk(t);
  fail(true);
  await assert.rejects(url(), { code: 'rate_limited' });
  fail(false);
  assert.equal(await url(), '/files/2');
});
