import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../../../assets/js/core/failure.js';
import { Outbox } from '../../../assets/js/core/outbox.js';
import { FakeClock, memory, settle } from './clock.js';

/** An outbox before a server that a test plays. */
function desk({ store = memory(), clock = new FakeClock() } = {}) {
  const asked = [];
  const outbox = new Outbox({
    store,
    clock,
    onchange: () => {},
    ask: (name, body) => new Promise((resolve, reject) => asked.push({ name, body, resolve, reject })),
  });
  outbox.adopt('e1/oa/anna');
  return { outbox, asked, store, clock };
}
const refused = (code, more = {}) => new Failure({ code, message: code, ...more });

test('messages leave one after the other, in the order they were written', async () => {
  const { outbox, asked } = desk();
  outbox.open();
  outbox.add({ to: 'user:ben', text: 'one' });
  outbox.add({ to: 'user:ben', text: 'two' });
  await settle();
  assert.deepEqual(asked.map(({ body }) => body.text), ['one']);
  asked[0].resolve({});
  await settle();
  assert.deepEqual(asked.map(({ body }) => body.text), ['one', 'two']);
});

test('after a lost connection the same message goes out with the same key', async () => {
  const { outbox, asked } = desk();
  outbox.open();
  outbox.add({ to: 'user:ben', text: 'hello' });
  await settle();
  asked[0].reject(Failure.disconnected());
  outbox.close();
  await settle();
  assert.equal(outbox.entries.length, 1);
  outbox.open();
  await settle();
  assert.equal(asked[1].body.key, asked[0].body.key);
  asked[1].resolve({});
  await settle();
  assert.equal(outbox.entries.length, 0);
});

test('what was written offline outlives a reload, for the same user of the same database only', async () => {
  const { outbox, store } = desk();
  outbox.add({ to: 'user:ben', text: 'later', reply_to: 4 });
  const other = new Outbox({ store, clock: new FakeClock(), onchange: () => {}, ask: async () => ({}) });
  other.adopt('e1/oa/carol');
  assert.equal(other.entries.length, 0);
  const { outbox: again, asked } = desk({ store });
  assert.equal(again.entries[0].text, 'later');
  again.open();
  await settle();
  assert.equal(asked[0].body.key, outbox.entries[0].key);
  assert.equal(asked[0].body.reply_to, 4);
  asked[0].resolve({});
  await settle();
  assert.equal(store.map.size, 0);
});

test('a message that came by another way is not sent again', async () => {
  const { outbox, asked } = desk();
  outbox.add({ to: 'user:ben', text: 'sent by the other tab' });
  outbox.settle(outbox.entries[0].key);
  outbox.open();
  await settle();
  assert.equal(asked.length, 0);
});

test('a refusal is shown, does not hold up the next, and can be tried again with the same key', async () => {
  const { outbox, asked } = desk();
  outbox.open();
  outbox.add({ to: 'user:ben', text: 'no' });
  outbox.add({ to: 'user:carol', text: 'yes' });
  await settle();
  asked[0].reject(refused('forbidden'));
  await settle();
  assert.equal(asked[1].body.text, 'yes');
  asked[1].resolve({});
  await settle();
  assert.equal(outbox.entries[0].failed.code, 'forbidden');
  outbox.retry(asked[0].body.key);
  await settle();
  assert.equal(asked[2].body.key, asked[0].body.key);
  assert.equal('failed' in asked[2].body, false);
});

test('what may succeed later is tried again, with a pause', async () => {
  const { outbox, asked, clock } = desk();
  outbox.open();
  outbox.add({ to: 'user:ben', text: 'hello' });
  await settle();
  asked[0].reject(refused('unavailable', { temporary: true, retry_after: 2 }));
  await clock.pass(1900);
  assert.equal(asked.length, 1);
  await clock.pass(200);
  assert.equal(asked.length, 2);
  asked[1].reject(refused('internal', { temporary: true }));
  await clock.pass(5000);
  asked[2].reject(refused('internal', { temporary: true }));
  await settle();
  assert.equal(outbox.entries[0].failed.code, 'internal');
});

test('another database: what was meant for a person goes there, what was meant for a number waits for a decision', async () => {
  const { outbox, asked, store } = desk();
  outbox.add({ to: 'user:ben', text: 'to a person', reply_to: 12 });
  outbox.add({ to: 'conversation:7', text: 'to a number' });
  outbox.adopt('e2/oa/anna');
  outbox.open();
  await settle();
  assert.deepEqual(asked.map(({ body }) => [body.to, body.reply_to]), [['user:ben', undefined]]);
  assert.equal(outbox.entries[1].failed.code, 'conflict');
  assert.ok([...store.map.keys()].every((name) => name.includes('e2')));
});

test('what somebody else left in the store does no harm', () => {
  const store = memory(new Map([['outbox/e1/oa/anna/x', 'not json'], ['outbox/e1/oa/anna/y', '{"key":1}'], ['outbox/e1/oa/anna/z', 'null']]));
  assert.equal(desk({ store }).outbox.entries.length, 0);
});
