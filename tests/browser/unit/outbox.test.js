import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../../../assets/js/core/failure.js';
import { Outbox } from '../../../assets/js/core/outbox.js';
import { FakeClock, memory, settle } from './clock.js';

/** An outbox before a server that a test plays. */
function desk({ store = memory(), clock = new FakeClock() } = {}) {
  const asked = [];
  const refusals = [];
  const outbox = new Outbox({
    onrefuse: (entry) => refusals.push(entry),
    store,
    clock,
    onchange: () => {},
    ask: (name, body) => new Promise((resolve, reject) => asked.push({ name, body, resolve, reject })),
  });
  outbox.adopt(['oa', 'anna'], 'e1');
  return { outbox, asked, refusals, store, clock };
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

test('what was written offline outlives a reload, for the same user only', async () => {
  const { outbox, store } = desk();
  outbox.add({ to: 'user:ben', text: 'later', reply_to: 4 });
  const other = new Outbox({ store, clock: new FakeClock(), onchange: () => {}, ask: async () => ({}) });
  other.adopt(['oa', 'carol'], 'e1');
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
  const { outbox, asked, refusals, store } = desk();
  outbox.add({ to: 'user:ben', text: 'to a person', reply_to: 12 });
  outbox.add({ to: 'conversation:7', text: 'to a number' });
  outbox.adopt(['oa', 'anna'], 'e2');
  outbox.open();
  await settle();
  assert.deepEqual(asked.map(({ body }) => [body.to, body.reply_to]), [['user:ben', undefined]]);
  assert.equal(outbox.entries[1].failed.code, 'conflict');
  assert.deepEqual([refusals.map(({ to }) => to), store.map.size], [['conversation:7'], 2], 'who waits for it hears of it');
});

test('what somebody else left in the store does no harm', () => {
  const store = memory(new Map([['outbox/oa/anna/x', 'not json'], ['outbox/oa/anna/y', '{"key":1}'], ['outbox/oa/anna/z', 'null']]));
  assert.equal(desk({ store }).outbox.entries.length, 0);
});

test('another database, and a reload in between: the same', async () => {
  const { outbox, store } = desk();
  outbox.add({ to: 'user:ben', text: 'to a person', reply_to: 12 });
  outbox.add({ to: 'conversation:7', text: 'to a number' });
  const asked = [];
  const next = new Outbox({ store, clock: new FakeClock(), onchange: () => {}, ask: (_, body) => (asked.push(body), new Promise(() => {})) });
  next.adopt(['oa', 'anna'], 'e2');
  next.open();
  await settle();
  assert.deepEqual(asked.map(({ to, reply_to, epoch }) => [to, reply_to, epoch]), [['user:ben', undefined, undefined]]);
  assert.deepEqual([next.entries[1].failed.code, store.map.size], ['conflict', 2]);
  next.retry(next.entries[1].key);
  next.adopt(['oa', 'anna'], 'e2');
  assert.equal(next.entries.find(({ to }) => to === 'conversation:7').failed, undefined, 'it was decided');
});

test('what a tab left behind leaves from another one that was open already', async () => {
  const store = memory();
  const [closed, open] = [desk({ store }), desk({ store })];
  closed.outbox.add({ to: 'user:ben', text: 'from the closed tab' });
  open.outbox.adopt(['oa', 'anna'], 'e1'); // it is connected again
  open.outbox.open();
  await settle();
  assert.deepEqual(open.asked.map(({ body }) => [body.text, body.key]), [['from the closed tab', closed.outbox.entries[0].key]]);
});

test('what was refused and given up in one tab does not come back from another', async () => {
  const store = memory();
  const [one, other] = [desk({ store }), desk({ store })];
  one.outbox.open();
  one.outbox.add({ to: 'user:ben', text: 'no' });
  await settle();
  one.asked[0].reject(refused('forbidden'));
  await settle();
  other.outbox.adopt(['oa', 'anna'], 'e1');
  assert.equal(other.outbox.entries.length, 1);
  one.outbox.discard(one.outbox.entries[0].key);
  other.outbox.adopt(['oa', 'anna'], 'e1');
  assert.deepEqual([other.outbox.entries.length, store.map.size], [0, 0]);
});

test('what is discarded is not sent again, and who waits for it hears of it', async () => {
  const { outbox, asked, refusals, clock, store } = desk();
  outbox.open();
  outbox.add({ to: 'user:ben', text: 'hello', key: 'k1' });
  await settle();
  asked[0].reject(refused('unavailable', { temporary: true }));
  await settle();
  outbox.discard('k1');
  await clock.pass(10_000);
  assert.deepEqual([asked.length, refusals.map(({ key, failed }) => [key, failed.code]), store.map.size], [1, [['k1', 'discarded']], 0]);
});

test('signing out clears what is here and what other pages of this user left, and nobody else\'s', async () => {
  const { outbox, asked, refusals, store } = desk();
  store.set('outbox/oa/anna/other', JSON.stringify({ key: 'other', to: 'user:ben', text: 'of another tab', at: 1 }));
  store.set('outbox/oa/ben/x', '{}');
  outbox.add({ to: 'user:ben', text: 'secret', key: 'k1' });
  outbox.clear();
  outbox.open();
  await settle();
  assert.deepEqual([outbox.entries, asked, [...store.map.keys()]], [[], [], ['outbox/oa/ben/x']]);
  assert.deepEqual(refusals.map(({ key, failed }) => [key, failed.code]), [['k1', 'discarded']]);
});

test('what waits for its files lets the others by, and leaves with them in its place', async () => {
  const { outbox, asked } = desk();
  outbox.open();
  const key = outbox.add({ to: 'user:ben', text: 'with files', attachments: [], coming: ['a.csv'], held: 20_000 });
  outbox.add({ to: 'user:ben', text: 'meanwhile' });
  await settle();
  assert.deepEqual(asked.map(({ body }) => body.text), ['meanwhile']);
  asked[0].resolve({});
  outbox.change(key, { attachments: [{ id: 7, name: 'a.csv', type: 'text/csv', size: 3 }] });
  await settle();
  assert.deepEqual(asked[1].body, { key, to: 'user:ben', text: 'with files', attachments: [7] });
});

test('another page leaves alone what waits for files, until nothing is heard of the page that has them', async () => {
  const { outbox, store, clock } = desk();
  outbox.add({ to: 'user:ben', text: 'with files', coming: ['a.csv'], held: clock.now() + 20_000 });
  const other = desk({ store, clock }).outbox;
  assert.equal(other.entries.length, 0);
  await clock.pass(20_000);
  other.adopt(['oa', 'anna'], 'e1');
  assert.deepEqual([other.entries[0].text, other.entries[0].failed?.code], ['with files', 'files_lost']);
});

test('files of another database are not sent blindly', () => {
  const { outbox } = desk();
  outbox.add({ to: 'user:ben', text: 'with files', attachments: [{ id: 7, name: 'a.csv', type: 'text/csv', size: 3 }] });
  outbox.adopt(['oa', 'anna'], 'e2');
  assert.equal(outbox.entries[0].failed?.code, 'conflict');
});

test('it is known what still leaves, and how much is kept for the user in all pages of the browser', async () => {
  const { outbox, asked, store } = desk();
  assert.deepEqual([outbox.pending, outbox.kept], [false, 0]);
  outbox.add({ to: 'user:ben', text: 'offline' });
  assert.equal(outbox.pending, true, 'also before there is a connection');
  const { outbox: other } = desk({ store });
  other.add({ to: 'user:ben', text: 'in another tab' });
  assert.deepEqual([outbox.entries.length, outbox.kept], [1, 2]);
  outbox.open();
  await settle();
  assert.equal(outbox.pending, true);
  asked[0].reject(refused('forbidden'));
  await settle();
  assert.deepEqual([outbox.pending, outbox.kept], [false, 2], 'what was refused does not leave');
});
