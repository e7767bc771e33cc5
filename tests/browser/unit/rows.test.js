import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Replica } from '../../../assets/js/core/replica.js';
import { conversationOf, partyOf } from '../../../assets/js/core/party.js';
import { newest } from '../../../assets/js/core/timeline.js';
import { readUpto, total, unread } from '../../../assets/js/core/unread.js';

const message = (id, more = {}) => ({ id, conversation: 7, prev: id - 1, from: 'user:ben', at: '2026-11-22T09:00:00.000Z', text: `m${id}`, mentions: [], reply_to: null, edited_at: null, deleted_by: null, version: id, ...more });
const conversation = (more = {}) => ({ id: 7, kind: 'direct', title: null, first: 1, last: 3, count: 2, version: 1, ...more });
const member = (user, more = {}) => ({ conversation: 7, user, role: 'member', joined: 1, left: null, read: 0, received: 0, version: 2, ...more });
const picture = (more = {}) => ({ version: 10, reset: true, conversations: [conversation()], members: [member('anna', { unread: 3 }), member('ben')], messages: [message(1), message(2), message(3)], ...more });

function replica(frame = picture()) {
  const made = new Replica();
  made.welcome('e1');
  made.sync(frame);
  return made;
}

test('a newer row replaces an older one, and never the other way round', () => {
  const { rows } = replica();
  rows.apply({ messages: [message(2, { text: 'edited', version: 11 })] }, 11);
  rows.apply({ messages: [message(2, { text: 'late history', version: 2 })] }, 11);
  assert.equal(rows.timelines.get(7)[1].text, 'edited');
  rows.apply({ users: [{ id: 'ben', name: 'Ben', version: 5 }] }, 11);
  rows.apply({ users: [{ id: 'ben', name: 'Benjamin', version: 4 }] }, 11);
  assert.equal(rows.users.get('ben').name, 'Ben');
});

test('messages stand by age, whatever order they come in', () => {
  const { rows } = replica();
  rows.apply({ messages: [message(9), message(5), message(7), message(6), message(8)] }, 11);
  assert.deepEqual(rows.timelines.get(7).map(({ id }) => id), [1, 2, 3, 5, 6, 7, 8, 9]);
});

test('an id that is nobody\'s any more is forgotten', () => {
  const { rows } = replica();
  rows.apply({ users: [{ id: 'ben', name: '', version: 12, gone: true }] }, 12);
  assert.equal(rows.users.has('ben'), false);
});

test('retention drops what is below the first message that is kept', () => {
  const { rows } = replica();
  rows.apply({ conversations: [conversation({ first: 3, version: 12 })] }, 12);
  assert.deepEqual(rows.timelines.get(7).map(({ id }) => id), [3]);
});

test('unread is what the server counted, and what others wrote since', () => {
  const { rows } = replica();
  assert.deepEqual(unread(rows, 7, 'anna'), { count: 3, mentioned: false });
  rows.apply({ messages: [message(11), message(13, { mentions: ['anna'] }), message(14, { deleted_by: 'user:ben', text: '' })] }, 14);
  assert.deepEqual(unread(rows, 7, 'anna'), { count: 5, mentioned: true });
  rows.apply({ messages: [message(15, { from: 'user:anna' }), message(16)] }, 16);
  assert.deepEqual(unread(rows, 7, 'anna'), { count: 1, mentioned: false }, 'who answers has read what was there');
  rows.apply({ members: [member('anna', { unread: 0, read: 16, version: 17 })] }, 17);
  assert.deepEqual(unread(rows, 7, 'anna'), { count: 0, mentioned: false });
});

test('what I have just read stays read until the server knows', () => {
  const { rows } = replica();
  rows.members.get(7).set('anna', readUpto(rows, rows.member(7, 'anna'), 3));
  assert.equal(unread(rows, 7, 'anna').count, 0);
  rows.apply({ members: [member('anna', { unread: 3, muted: true, version: 11 })] }, 11);
  assert.equal(unread(rows, 7, 'anna').count, 0, 'an older count does not come back');
  assert.equal(rows.member(7, 'anna').muted, true, 'but what else changed does');
});

test('the badge leaves out what is muted, unless I am called', () => {
  const { rows } = replica();
  rows.apply({ members: [member('anna', { unread: 3, muted: true, version: 11 })] }, 11);
  assert.equal(total(rows, 'anna', 0), 0);
  rows.apply({ messages: [message(12, { mentions: ['anna'] })] }, 12);
  assert.equal(total(rows, 'anna', 0), 4);
  rows.apply({ members: [member('anna', { unread: 3, muted: true, muted_until: '2026-01-01T00:00:00.000Z', version: 13 })] }, 13);
  assert.equal(total(rows, 'anna', Date.parse('2026-01-02T00:00:00.000Z')), 3, 'muting ends by itself');
});

test('only what hangs together is shown, and a hole asks to be filled', () => {
  const list = [message(1, { prev: 0 }), message(2), message(5), message(6)];
  const view = newest(list, conversation({ last: 6 }));
  assert.deepEqual(view.messages.map(({ id }) => id), [5, 6]);
  assert.equal(view.earlier, true);
  const filled = newest([...list.slice(0, 2), message(3), message(4), ...list.slice(2)], conversation({ last: 6 }));
  assert.equal(filled.messages.length, 6);
  assert.equal(filled.earlier, false);
  assert.equal(newest([], conversation({ last: 6 })).later, true, 'nothing is here yet');
});

test('a fresh picture is shown when it is whole, and forgets the old one', () => {
  const made = replica();
  made.sync({ version: 20, reset: true, more: true, conversations: [conversation({ id: 8 })] });
  assert.equal(made.rows.conversations.has(7), true, 'half a picture is not shown');
  made.sync({ version: 20, users: [] });
  assert.equal(made.rows.conversations.has(7), false);
  assert.equal(made.rows.conversations.has(8), true);
});

test('the place to continue from moves only with whole frames', () => {
  const made = new Replica();
  made.welcome('e1');
  assert.equal(made.since, undefined);
  made.sync({ ...picture(), more: true });
  assert.equal(made.since, undefined, 'half of a reset is no place');
  made.sync({ version: 10 });
  assert.deepEqual(made.since, { epoch: 'e1', version: 10 });
  made.sync({ version: 14, more: true, messages: [message(13)] });
  assert.equal(made.since.version, 10, 'nor is half of a run');
  made.sync({ version: 14 });
  assert.equal(made.since.version, 14);
  made.answer({ message: message(15) }, true);
  assert.equal(made.since.version, 15, 'an ok stands in the place of a sync');
  made.answer({ messages: [message(16)] }, false);
  assert.equal(made.since.version, 15, 'history does not');
  made.sync({ version: 30, reset: true, more: true });
  assert.equal(made.since, undefined, 'a reset that broke off starts again');
});

test('a direct conversation is named by the person, so that the name outlives a restored backup', () => {
  const { rows } = replica();
  assert.equal(partyOf(rows, rows.conversations.get(7), 'anna'), 'user:ben');
  assert.equal(conversationOf(rows, 'user:ben', 'anna').id, 7);
  assert.equal(conversationOf(rows, 'conversation:7', 'anna').id, 7);
  assert.equal(conversationOf(rows, 'user:carol', 'anna'), undefined);
});

test('a long conversation lets go of its beginning; what is unread of it stays counted', () => {
  const { rows } = replica();
  const many = Array.from({ length: 20 }, (_, at) => message(11 + at, at === 2 ? { mentions: ['anna'] } : {}));
  rows.apply({ messages: many }, 30);
  const before = unread(rows, 7, 'anna');
  rows.trim(7, 'anna', 12);
  assert.equal(rows.timelines.get(7).length, 23, 'not before there are twice as many');
  rows.trim(7, 'anna', 10);
  assert.deepEqual([rows.timelines.get(7).length, unread(rows, 7, 'anna')], [10, before]);
  rows.apply({ messages: [message(31)] }, 31);
  assert.equal(unread(rows, 7, 'anna').count, before.count + 1);
  rows.apply({ messages: [message(32, { from: 'user:anna' }), ...Array.from({ length: 20 }, (_, at) => message(33 + at))] }, 52);
  assert.equal(unread(rows, 7, 'anna').count, 20);
  rows.trim(7, 'anna', 5);
  assert.deepEqual([rows.timelines.get(7).length, unread(rows, 7, 'anna').count], [5, 20], 'who answered has read what was there');
  rows.apply({ members: [member('anna', { unread: 0, read: 52, version: 53 })] }, 53);
  assert.equal(unread(rows, 7, 'anna').count, 0);
});
