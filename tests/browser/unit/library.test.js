import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Failure, connect, signIn } from '../../../assets/js/library/parlour.js';
import * as library from '../../../assets/js/library/parlour.js';
import { Events } from '../../../assets/js/library/event.js';
import { settle } from './clock.js';
import { ok, program } from './program.js';
import { message, welcome } from './socket.js';

test('a message that is sent at once leaves when the connection is there; the promise is kept with the row', async () => {
  const { parlour, sockets, arrive } = program();
  const sent = parlour.send('user:ben', 'Hello');
  const socket = await arrive();
  assert.deepEqual([sockets[0].address, sockets[0].protocol], ['wss://im.example/chat/ws', 'parlour.v1']);
  const { to, text, key } = socket.last('send');
  assert.deepEqual([to, text], ['user:ben', 'Hello']);
  ok(socket, 'send', { message: message(11, { from: 'user:anna', key }) });
  assert.equal((await sent).id, 11);
  await parlour.ready;
  assert.equal(parlour.status, 'online');
  parlour.close();
});

test('a broken connection fails nothing: the same goes out again, a message with the same key', async () => {
  const { parlour, arrive, again } = program();
  const first = await arrive();
  const sent = parlour.send('user:ben', 'once');
  const edited = parlour.edit(5, 'better');
  await settle();
  const { key } = first.last('send');
  const second = await again();
  assert.equal(second.last('send').key, key);
  assert.deepEqual([second.last('edit').message, second.last('edit').text], [5, 'better']);
  ok(second, 'send', { message: message(11, { from: 'user:anna', key }), repeated: true });
  ok(second, 'edit', { message: message(5, { text: 'better', version: 12 }) });
  assert.deepEqual([(await sent).id, (await edited).text], [11, 'better']);
  parlour.close();
});

test('what the server refuses is an error with code, field and whether it may succeed later', async () => {
  const { parlour, arrive } = program();
  const socket = await arrive();
  const sent = parlour.send('user:ben', 'x');
  await settle();
  socket.says({ error: { id: socket.last('send').id, code: 'bad_request', message: 'too odd', field: 'text', temporary: false } });
  await assert.rejects(sent, (cause) => cause instanceof Failure && cause.code === 'bad_request' && cause.field === 'text' && cause.message === 'too odd' && !cause.temporary);
  const [waiting] = parlour.timeline('user:ben').waiting;
  assert.equal(waiting.failed?.code, 'bad_request');
  parlour.discard(waiting.key);
  assert.deepEqual(parlour.timeline('user:ben').waiting, []);
  const deleted = parlour.delete(4);
  await settle();
  socket.says({ error: { id: socket.last('delete').id, code: 'unavailable', message: 'later', temporary: true } });
  await assert.rejects(deleted, { code: 'unavailable', temporary: true });
  parlour.close();
});

test('a press that nobody answered goes out again as the same press, and who comes too late is told who was first', async () => {
  const { parlour, arrive, again } = program();
  const first = await arrive();
  const taken = parlour.act(7, 'claim');
  await settle();
  const { message: id, action, key } = first.last('act');
  assert.deepEqual([id, action], [7, 'claim']);
  const second = await again();
  assert.equal(second.last('act').key, key);
  ok(second, 'act', { message: message(7, { from: 'application' }) });
  assert.equal(await taken, undefined);
  const late = parlour.act(8, 'approve', 'yes').catch((cause) => cause);
  await settle();
  const done = { label: 'Reject', name: 'Ben', at: '2026-01-01T00:00:00.000Z', state: 'confirmed' };
  second.says({ error: { id: second.last('act').id, code: 'conflict', message: 'this was settled', temporary: false, done } });
  const failure = await late;
  assert.ok(failure instanceof Failure);
  assert.deepEqual([failure.code, failure.done], ['conflict', done]);
  assert.notEqual(second.last('act').key, key);
  parlour.close();
});

test('the same key is one message, also when it was refused before', async () => {
  const { parlour, arrive } = program();
  const socket = await arrive();
  const refused = parlour.send('user:ben', { text: 'x', key: 'order-7' });
  await settle();
  socket.says({ error: { id: socket.last('send').id, code: 'forbidden', message: 'no', temporary: false } });
  await assert.rejects(refused, { code: 'forbidden' });
  const both = [parlour.send('user:ben', { text: 'x', key: 'order-7' }), parlour.send('user:ben', { text: 'x', key: 'order-7' })];
  await settle();
  assert.equal(socket.sent.filter((frame) => frame.send).length, 2);
  ok(socket, 'send', { message: message(11, { from: 'user:anna', key: 'order-7' }) });
  assert.deepEqual((await Promise.all(both)).map(({ id }) => id), [11, 11]);
  parlour.close();
});

test('each message is told once: now, or after a break; not the first picture, and not a page of the past', async () => {
  const { parlour, arrive, again } = program();
  const heard = [];
  parlour.on('message', ({ id }) => heard.push(id));
  parlour.on('update', ({ id }) => heard.push(-id));
  const stop = parlour.on('message', () => heard.push('stopped'));
  stop();
  const conversations = [{ id: 7, kind: 'room', title: 'Plans', first: 1, last: 12, count: 2, version: 9 }];
  const socket = await arrive({ sync: { reset: true, conversations, messages: [message(8), message(9)] } });
  socket.says({ sync: { version: 11, messages: [message(11)] } });
  const next = await again({ version: 13, messages: [message(11), message(12), message(9, { version: 13 })] });
  const page = parlour.history(7, { before: 8 });
  await settle();
  assert.equal(next.last('history').before, 8);
  ok(next, 'history', { messages: [message(3), message(40)], more: true });
  assert.deepEqual([(await page).messages.length, (await page).more], [2, true]);
  assert.deepEqual(heard, [11, 12, -9]);
  parlour.close();
});

test('what is known can be read: conversations with names and counts, contacts, a timeline with what waits', async () => {
  const { parlour, arrive } = program();
  const users = [welcome.me, { id: 'ben', name: 'Ben', kind: 'person', version: 2 }];
  const member = (user, more) => ({ conversation: 7, user, role: 'member', joined: 1, left: null, read: 8, received: 9, version: 9, ...more });
  await arrive({
    sync: {
      reset: true,
      users,
      groups: [{ id: 'app:s', name: 'Sales', parent: null, count: 1, users: ['ben'], version: 3 }, { id: 'app:l', name: 'Large', parent: null, count: 900, users: null, version: 3 }],
      conversations: [{ id: 8, kind: 'application', title: null, first: 1, last: 5, count: 1, version: 9 }, { id: 7, kind: 'direct', title: null, first: 1, last: 2, count: 2, version: 2 }],
      members: [member('anna', { unread: 1, mentions: 0, muted: false }), member('ben')],
      messages: [message(9)],
    },
  });
  const [conversation] = parlour.conversations;
  assert.deepEqual([conversation.title, conversation.party, conversation.unread, conversation.last?.id, conversation.members], ['Ben', 'user:ben', 1, 9, ['anna', 'ben']]);
  assert.deepEqual([parlour.unread, parlour.name('user:ben'), parlour.name('application')], [1, 'Ben', 'Office']);
  assert.deepEqual(parlour.contacts.map(({ users: known, count }) => [known?.map(({ name }) => name) ?? null, count]), [[['Ben'], 1], [null, 900]]);
  parlour.send('conversation:7', 'there').catch(() => {});
  assert.deepEqual([parlour.timeline('user:ben').waiting.map(({ text }) => text), parlour.timeline(7).messages.length], [['there'], 1]);
  parlour.read('user:ben');
  assert.equal(parlour.unread, 0);
  parlour.close();
});

test('the session is used again after a break; the function is asked when it ended', async () => {
  const { parlour, sockets, whys, arrive, again } = program();
  const session = { session: { id: 's', token: 'S1', expires_at: null } };
  await arrive({ hello: session });
  const second = await again();
  assert.deepEqual([second.last('hello').token, second.last('hello').since.version, whys], ['S1', 10, [null]]);
  second.says({ bye: { code: 'expired', message: 'over', reconnect: 'never' } });
  second.ends(4500);
  parlour.reconnect();
  await settle();
  sockets.at(-1).opens();
  assert.deepEqual([sockets.at(-1).last('hello').token, whys], ['T1', [null, 'expired']]);
  parlour.close();
});

test('a token that is a text serves as long as the server gives no session for it', async () => {
  const { parlour, arrive, again } = program({ token: 'pt_long' });
  await arrive();
  assert.equal((await again()).last('hello').token, 'pt_long');
  parlour.close();
});

test('where nobody is signed in any more it stops, says so, and all who wait hear of it', async () => {
  const { parlour, sockets } = program({ token: async () => null });
  const told = [];
  parlour.on('status', ({ status, error }) => told.push([status, error?.code]));
  const sent = parlour.send('user:ben', 'x');
  await assert.rejects(sent, { code: 'unauthenticated' });
  await assert.rejects(parlour.ready, { code: 'unauthenticated' });
  await assert.rejects(parlour.edit(1, 'x'), { code: 'unauthenticated' });
  assert.deepEqual([told.at(-1), sockets.length], [['stopped', 'unauthenticated'], 0]);
});

test('a token that cannot be fetched is tried again, and the reason is told', async () => {
  let tries = 0;
  const { parlour, arrive } = program({
    token: async () => {
      if (tries++ === 0) throw new Error('no such host');
      return 'T1';
    },
  });
  const offline = new Promise((resolve) => parlour.on('status', ({ status, error }) => status === 'offline' && resolve(error)));
  assert.equal((await offline).message, 'Error: no such host');
  parlour.reconnect();
  await arrive();
  assert.equal(parlour.status, 'online');
  parlour.close();
});

test('another user’s token gets nothing of what is here', async () => {
  const { parlour, sockets, arrive } = program();
  await arrive({ sync: { reset: true, messages: [message(9, { text: 'secret' })] } });
  parlour.send('user:ben', 'from anna').catch(() => {});
  sockets.at(-1).ends();
  parlour.reconnect();
  await settle();
  const other = sockets.at(-1);
  other.opens();
  other.says({ welcome: { ...welcome, me: { ...welcome.me, id: 'eve' } } });
  await settle();
  assert.deepEqual([other.last('send'), other.readyState, parlour.status], [undefined, 3, 'stopped']);
  await assert.rejects(parlour.send('user:ben', 'x'), { code: 'conflict' });
});

test('a room that was left before the connection broke is left', async () => {
  const { parlour, arrive, again } = program();
  const own = (left) => ({ conversation: 7, user: 'anna', role: 'member', joined: 1, left, read: 0, received: 0, version: 9 + (left ?? 0), unread: 0 });
  await arrive({ sync: { reset: true, conversations: [{ id: 7, kind: 'room', title: 'Plans', first: 1, last: 1, count: 2, version: 9 }], members: [own(null)] } });
  const left = parlour.leaveRoom(7);
  await settle();
  const socket = await again({ version: 12, members: [own(12)] });
  socket.says({ error: { id: socket.last('room').id, code: 'forbidden', message: 'you have left', temporary: false } });
  await left;
  parlour.close();
});

test('signing out ends the session that is used', async () => {
  const real = globalThis.fetch;
  const calls = [];
  globalThis.fetch = /** @type {any} */ (async (address, { method, headers }) => (calls.push([method, String(address), headers.authorization]), new Response(null, { status: 204 })));
  try {
    for (const [token, session] of [['ps_given', undefined], ['ptk_once', 'ps_made']]) {
      const { parlour, arrive } = program({ token });
      await arrive({ hello: { session: { id: 's', token: session, expires_at: null } } });
      await parlour.signOut();
      assert.deepEqual([calls.pop(), parlour.status], [['DELETE', 'https://im.example/chat/client/session', `Bearer ${session ?? token}`], 'closed']);
    }
  } finally {
    globalThis.fetch = real;
  }
});

test('closing ends what waits', async () => {
  const { parlour, arrive } = program();
  const socket = await arrive();
  const asked = [parlour.open('user:ben'), parlour.send('user:ben', 'x')];
  parlour.close();
  for (const one of asked) await assert.rejects(one, { code: 'closed' });
  assert.deepEqual([parlour.status, socket.readyState], ['closed', 3]);
});

test('what is missing is said at once', async () => {
  class Socket {}
  const base = { server: 'https://im.example', app: 'oa', token: 'x', WebSocket: Socket };
  for (const field of ['server', 'app', 'token']) assert.throws(() => connect({ ...base, [field]: undefined }), { code: 'bad_request', field });
  assert.throws(() => connect({ ...base, server: 'ftp://im.example' }), { field: 'server' });
  await assert.rejects(signIn({ app: 'oa', username: 'a', password: 'b' }), { field: 'server' });
  const { parlour } = program();
  assert.throws(() => parlour.on(/** @type {any} */ ('mesage'), () => {}), TypeError);
  parlour.close();
});

test('a listener that fails keeps nobody else from hearing', () => {
  const [events, heard, later] = [new Events(), [], []];
  events.on('change', () => {
    throw new Error('mine');
  });
  events.on('change', () => heard.push(1));
  const real = globalThis.queueMicrotask;
  globalThis.queueMicrotask = (run) => void later.push(run);
  try {
    events.tell('change');
  } finally {
    globalThis.queueMicrotask = real;
  }
  assert.deepEqual(heard, [1]);
  assert.throws(later[0], /mine/);
});

test('the types name what is there, and nothing else', () => {
  const types = readFileSync(new URL('../../../assets/js/library/parlour.d.ts', import.meta.url), 'utf8');
  const named = [...types.matchAll(/^export (?:function|class) (\w+)/gm)].map(([, name]) => name);
  assert.deepEqual(named.sort(), Object.keys(library).sort());
  const told = types.slice(types.indexOf('export interface Parlour {')).split('\n}')[0];
  const members = [...told.matchAll(/^ {2}(?:readonly )?(\w+)[:(<]/gm)].map(([, name]) => name);
  const { parlour } = program();
  const own = [...Object.getOwnPropertyNames(parlour), ...Object.getOwnPropertyNames(Object.getPrototypeOf(parlour))].filter((name) => name !== 'constructor');
  assert.deepEqual(members.sort(), own.sort());
  parlour.close();
});

test('a program that runs for long keeps the newest of each conversation, unless it looks back', async () => {
  const { parlour, arrive } = program();
  const rooms = [7, 8].map((id) => ({ id, kind: 'room', title: 'Room', first: 1, last: 9, count: 2, version: 1 }));
  const socket = await arrive({ sync: { reset: true, conversations: rooms, messages: [7, 8].map((id) => message(9, { id: 9 + id, conversation: id, prev: 3 })) } });
  const looked = parlour.earlier(8);
  await settle();
  ok(socket, 'history', { messages: [] });
  await looked;
  for (let at = 0; at < 3000; at++) socket.says({ sync: { version: 20 + at, messages: [message(20 + at, { conversation: 7 + (at % 2), prev: 18 + at })] } });
  const here = parlour.timeline(7).messages;
  assert.ok(here.length >= 499 && here.length < 1000, `${here.length}`);
  assert.equal(here.at(-1)?.id, 3018);
  assert.ok(parlour.timeline(7).earlier, 'the rest is still to be had');
  assert.equal(parlour.timeline(8).messages.length, 1500);
  parlour.close();
});

test('who signs out leaves nothing in the storage for the next one', async () => {
  const kept = new Map([['parlour/outbox/oa/anna/left', JSON.stringify({ key: 'left', to: 'user:ben', text: 'from another page', at: 1 })], ['parlour/outbox/oa/ben/x', 'of somebody else']]);
  const storage = { get length() { return kept.size; }, key: (at) => [...kept.keys()][at] ?? null, getItem: (name) => kept.get(name) ?? null, setItem: (name, text) => void kept.set(name, text), removeItem: (name) => void kept.delete(name) };
  const { parlour, arrive, sockets } = program({ storage });
  await arrive();
  const sent = parlour.send('user:ben', 'secret');
  await settle();
  assert.equal(kept.size, 3);
  globalThis.fetch = async () => new Response(null, { status: 204 });
  await parlour.signOut();
  await assert.rejects(sent, (cause) => cause instanceof Failure);
  assert.deepEqual([...kept.keys()], ['parlour/outbox/oa/ben/x']);
  assert.ok(sockets.length);
});
