import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../../../assets/js/core/failure.js';
import { Messenger } from '../../../assets/js/core/messenger.js';
import { pause } from '../../../assets/js/core/backoff.js';
import { FakeClock, memory, settle } from './clock.js';
import { FakeSocket, message, welcome } from './socket.js';

function client(token = async () => 'token') {
  const clock = new FakeClock();
  const sockets = [];
  const whys = [];
  const messenger = new Messenger({
    app: 'oa',
    clock,
    store: memory(),
    client: { name: 'test', version: '1' },
    token: (why) => (whys.push(why), token(why)),
    dial: () => sockets[sockets.push(new FakeSocket()) - 1],
  });
  /** A socket that has been let in. */
  const arrive = async () => {
    await settle();
    const socket = sockets.at(-1);
    socket.opens();
    socket.says({ welcome });
    socket.says({ sync: { version: 10, reset: true } });
    return socket;
  };
  return { messenger, clock, sockets, whys, arrive };
}

test('says hello with its token, and comes back from where it was', async () => {
  const { messenger, sockets, clock, arrive } = client();
  messenger.start();
  const first = await arrive();
  assert.equal(first.last('hello').token, 'token');
  assert.equal('since' in first.last('hello'), false);
  assert.equal(messenger.link.phase, 'ready');
  first.says({ sync: { version: 14 } });
  first.ends();
  await clock.pass(1000);
  sockets[1].opens();
  assert.deepEqual(sockets[1].last('hello').since, { epoch: 'e1', version: 14 });
  assert.equal(sockets[1].last('hello').client.device, first.last('hello').client.device);
});

test('answers the heartbeat, and gives up on a server that is silent', async () => {
  const { messenger, clock, sockets, arrive } = client();
  messenger.start();
  const socket = await arrive();
  socket.says({});
  assert.deepEqual(socket.sent.at(-1), {});
  await clock.pass(38_000);
  socket.says({});
  await clock.pass(38_000);
  assert.equal(messenger.link.phase, 'ready');
  await clock.pass(10_000);
  assert.equal(socket.readyState, 3);
  assert.ok(sockets.length > 1 || messenger.link.phase === 'waiting');
});

test('pauses are random below a bound that doubles to half a minute', () => {
  assert.equal(pause(0, () => 1), 500);
  assert.equal(pause(3, () => 1), 4000);
  assert.equal(pause(30, () => 1), 30_000);
  assert.equal(pause(5, () => 0), 0);
});

test('a page that comes back does not wait for the end of a pause', async () => {
  const { messenger, clock, sockets } = client();
  clock.chance = 0.9;
  messenger.start();
  for (let round = 0; round < 6; round++) {
    await settle();
    sockets.at(-1).ends();
    if (round < 5) messenger.connection.nudge();
  }
  assert.equal(messenger.link.phase, 'waiting');
  const before = sockets.length;
  messenger.connection.nudge();
  await settle();
  assert.equal(sockets.length, before + 1);
});

test('stays away when it is told to', async () => {
  const { messenger, clock, sockets, arrive } = client();
  messenger.start();
  const socket = await arrive();
  socket.says({ bye: { code: 'replaced', message: 'opened elsewhere', reconnect: 'never' } });
  socket.ends(4504);
  await clock.pass(120_000);
  assert.equal(sockets.length, 1);
  assert.deepEqual([messenger.link.phase, messenger.link.code], ['stopped', 'replaced']);
});

test('an expired session asks for a new credential, once', async () => {
  const { messenger, clock, sockets, whys, arrive } = client();
  messenger.start();
  const socket = await arrive();
  socket.says({ bye: { code: 'expired', message: 'over', reconnect: 'never' } });
  socket.ends(4503);
  await clock.pass(1000);
  assert.deepEqual(whys, [null, 'expired']);
  sockets[1].opens();
  sockets[1].says({ error: { code: 'unauthenticated', message: 'no', temporary: false } });
  sockets[1].ends(4501);
  await clock.pass(60_000);
  assert.deepEqual([sockets.length, messenger.link.phase, messenger.link.code], [2, 'stopped', 'unauthenticated']);
});

test('two pages that end each other’s session do not do so without a pause', async () => {
  const { messenger, clock, sockets, arrive } = client();
  messenger.start();
  const begun = clock.now();
  for (let turn = 0; turn < 6; turn++) {
    const socket = await arrive();
    socket.says({ bye: { code: 'unauthenticated', message: 'ended', reconnect: 'never' } });
    socket.ends(4501);
    for (let waited = 0; sockets.length < turn + 2 && waited < 600; waited++) await clock.pass(100);
  }
  assert.equal(sockets.length, 7);
  assert.ok(clock.now() - begun > 5_000, `six ends took ${clock.now() - begun} ms`);
});

test('without a credential it stops, without a network it waits', async () => {
  const gone = client(async () => Promise.reject(new Failure({ code: 'unauthenticated' })));
  gone.messenger.start();
  await settle();
  assert.equal(gone.messenger.link.phase, 'stopped');
  let tries = 0;
  const off = client(async () => (tries++ < 3 ? Promise.reject(Failure.disconnected()) : 'token'));
  off.messenger.start();
  await off.clock.pass(60_000);
  assert.equal(off.sockets.length > 0, true);
});

test('no more than 32 requests wait, and the rest follows', async () => {
  const { messenger, arrive } = client();
  messenger.start();
  const socket = await arrive();
  const begun = socket.sent.length;
  const answers = Array.from({ length: 40 }, (_, at) => messenger.ask('typing', { conversation: at, on: true }));
  assert.equal(socket.sent.length - begun, 32);
  for (const frame of socket.sent.slice(begun, begun + 8)) socket.says({ ok: { id: frame.typing.id } });
  assert.equal(socket.sent.length - begun, 40);
  await Promise.all(answers.slice(0, 8));
  socket.ends();
  await assert.rejects(answers[20], { code: 'disconnected' });
  for (const answer of answers.slice(8)) answer.catch(() => {});
});

test('too fast: the same request goes out again when it may', async () => {
  const { messenger, clock, arrive } = client();
  messenger.start();
  const socket = await arrive();
  const asked = messenger.ask('read', { conversation: 7, upto: 3 });
  socket.says({ error: { id: socket.last('read').id, code: 'rate_limited', message: '', temporary: true, retry_after: 2 } });
  await clock.pass(2500);
  const again = socket.last('read');
  assert.equal(again.upto, 3);
  socket.says({ ok: { id: again.id } });
  await asked;
});

test('what came is confirmed at most once a second', async () => {
  const { messenger, clock, arrive } = client();
  messenger.start();
  const socket = await arrive();
  for (let id = 11; id < 20; id++) socket.says({ sync: { version: id, messages: [message(id)] } });
  await clock.pass(1100);
  const told = socket.sent.filter((frame) => 'received' in frame);
  assert.deepEqual(told.map((frame) => frame.received.version), [19]);
});

test('a message of mine that comes by sync takes the place of the waiting one', async () => {
  const { messenger, arrive } = client();
  messenger.start();
  const socket = await arrive();
  messenger.outbox.add({ to: 'user:ben', text: 'hi' });
  await settle();
  const { key } = socket.last('send');
  socket.says({ sync: { version: 12, messages: [{ id: 12, conversation: 7, prev: 0, from: 'user:anna', at: '2026-11-22T09:00:00.000Z', text: 'hi', mentions: [], reply_to: null, edited_at: null, deleted_by: null, version: 12, key }] } });
  assert.equal(messenger.outbox.entries.length, 0);
});
