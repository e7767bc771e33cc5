/** What the library promises of messages: that each is heard once, and none sent twice. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settle } from './clock.js';
import { ok, program } from './program.js';
import { message, welcome } from './socket.js';

/** What is heard: ids, of an update below zero. */
function listen(parlour) {
  const heard = [];
  parlour.on('message', ({ id }) => heard.push(id));
  parlour.on('update', ({ id }) => heard.push(-id));
  return heard;
}

test('a fresh picture after a break tells what came meanwhile, by age; not the first, and not one of another database', async () => {
  const { parlour, arrive, again } = program();
  const heard = listen(parlour);
  await arrive({ sync: { reset: true, messages: [message(8), message(9)] } });
  await again({ version: 20, reset: true, more: true, messages: [message(9), message(14)] });
  assert.deepEqual(heard, [], 'half a picture tells nothing');
  const socket = await again({ version: 20, reset: true, more: true, messages: [message(14), message(8, { version: 15 })] });
  socket.says({ sync: { version: 20, messages: [message(12, { conversation: 6 })] } });
  assert.deepEqual(heard, [-8, 12, 14]);
  socket.says({ sync: { version: 21, messages: [message(21)] } });
  await again({ version: 40, reset: true, messages: [message(30)] }, { epoch: 'e2' });
  assert.deepEqual(heard, [-8, 12, 14, 21]);
  parlour.close();
});

test('a long run of frames that broke in the middle tells each message once, as often as it comes', async () => {
  const { parlour, arrive, again } = program();
  const heard = listen(parlour);
  await arrive({ sync: { reset: true, messages: [message(9)] } });
  await again({ version: 20, more: true, messages: [message(11), message(12)] });
  await again({ version: 20, more: true, messages: [message(11), message(12), message(9, { version: 13 })] });
  const socket = await again({ version: 20, messages: [message(11, { version: 15 }), message(12), message(9, { version: 13 }), message(14)] });
  assert.deepEqual(heard, [11, 12, -9, -11, 14]);
  socket.says({ sync: { version: 22, messages: [message(11, { version: 22 })] } });
  assert.deepEqual(heard.slice(5), [-11]);
  parlour.close();
});

test('what is discarded before it was sent ends its promise', async () => {
  const { parlour, arrive } = program();
  (await arrive()).ends();
  const sent = parlour.send('user:ben', { text: 'x', key: 'k1' });
  parlour.discard('k1');
  await assert.rejects(sent, { code: 'discarded', temporary: false });
  assert.deepEqual(parlour.timeline('user:ben').waiting, []);
  parlour.close();
});

test('what waits when the connection stops stays, and leaves when it is tried again: once, with its key', async () => {
  const { parlour, arrive } = program();
  const socket = await arrive();
  const sent = parlour.send('user:ben', { text: 'x', key: 'k1' });
  await settle();
  socket.says({ bye: { code: 'replaced', message: 'elsewhere', reconnect: 'never' } });
  socket.ends(4505);
  await assert.rejects(sent, { code: 'replaced' });
  assert.deepEqual(parlour.timeline('user:ben').waiting.map(({ key }) => key), ['k1']);
  parlour.reconnect();
  const again = parlour.send('user:ben', { text: 'x', key: 'k1' });
  const next = await arrive();
  assert.equal(next.sent.filter((frame) => frame.send).length, 1);
  ok(next, 'send', { message: message(11, { from: 'user:anna', key: 'k1' }) });
  assert.equal((await again).id, 11);
  parlour.close();
});

test('a press outlives a broken connection as the same press, and says who was first', async () => {
  const { parlour, arrive, again } = program();
  const first = await arrive();
  const pressed = parlour.act(5, 'reject', 'too few');
  await settle();
  const { id, ...press } = first.last('act');
  assert.deepEqual([press.message, press.action, press.input], [5, 'reject', 'too few']);
  const second = await again();
  assert.deepEqual({ ...second.last('act'), id }, { ...press, id });
  const done = { label: 'Approved', user: 'li', name: 'Li', at: '2026-11-22T10:32:00.000Z', state: 'confirmed' };
  second.says({ error: { id: second.last('act').id, code: 'conflict', message: 'Li was first', temporary: false, done } });
  await assert.rejects(pressed, (cause) => cause.code === 'conflict' && cause.done.name === 'Li');
  parlour.close();
});

/** A `Storage`. */
function shelf() {
  const map = new Map();
  return { map, get length() { return map.size; }, key: (at) => [...map.keys()][at] ?? null, getItem: (name) => map.get(name) ?? null, setItem: (name, text) => void map.set(name, text), removeItem: (name) => void map.delete(name) };
}

test('what is written before the first connection is kept where it is known whose it is; another user’s token does not send it', async () => {
  const storage = shelf();
  const first = program({ storage, user: 'anna' });
  first.parlour.send('user:ben', 'written offline').catch(() => {});
  first.parlour.close();
  const other = program({ storage, user: 'anna' });
  await settle();
  const [eves] = other.sockets;
  eves.opens();
  eves.says({ welcome: { ...welcome, me: { ...welcome.me, id: 'eve' } } });
  await settle();
  assert.deepEqual([eves.last('send'), other.parlour.status], [undefined, 'stopped']);
  const next = program({ storage, user: 'anna' });
  assert.equal((await next.arrive()).last('send').text, 'written offline');
  next.parlour.close();
  const nobodys = program({ storage: shelf() });
  nobodys.parlour.send('user:ben', 'whose?').catch(() => {});
  assert.equal(nobodys.parlour.timeline('user:ben').waiting.length, 1);
  nobodys.parlour.close();
});

test('the function for tokens may give what a page of the application answered', async () => {
  const answers = [new Response('Bad gateway', { status: 502 }), new Response('<html>Sign in', { status: 200 }), new Response('T7\n'), new Response('no', { status: 401 })];
  const { parlour, sockets, arrive } = program({ token: async () => answers.shift() });
  const errors = [];
  parlour.on('status', ({ status, error }) => error && errors.push([status, error.code]));
  for (let turn = 0; turn < 2; turn++) {
    await settle();
    parlour.reconnect();
  }
  const socket = await arrive();
  assert.equal(socket.last('hello').token, 'T7');
  socket.says({ bye: { code: 'expired', message: 'over', reconnect: 'never' } });
  socket.ends(4500);
  parlour.reconnect();
  await settle();
  assert.deepEqual(errors, [['offline', 'unavailable'], ['offline', 'unavailable'], ['stopped', 'unauthenticated']]);
  assert.equal(sockets.length, 1);
});
