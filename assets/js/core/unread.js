/**
 * How much is unread: what the server counted as of a version, and what came from others since. Who answered has read what
 * was there, whoever wrote it down: the application may have, in that user's name.
 */
import { place } from './timeline.js';

/** @typedef {import('./rows.js').Rows} Rows */

/**
 * @param {Rows} rows @param {number} conversation @param {string} me
 * @returns {{count: number, mentioned: boolean}}
 */
export function unread(rows, conversation, me) {
  const own = rows.member(conversation, me);
  if (!own) return { count: 0, mentioned: false };
  const list = rows.timelines.get(conversation) ?? [];
  const answered = lastOwn(list, own.read, me);
  const counted = answered === 0;
  let count = counted ? (own.unread ?? 0) : 0;
  let mentioned = counted && (own.mentions ?? 0) > 0;
  for (let at = place(list, 1 + Math.max(counted ? (own.countedAt ?? 0) : 0, own.read, answered)); at < list.length; at++) {
    const message = list[at];
    if (message.deleted_by) continue;
    count++;
    mentioned ||= message.mentions.includes(me);
  }
  return { count, mentioned };
}

/** The newest message of mine above what I have read, or 0. @param {import('./wire.js').Message[]} list @param {number} read @param {string} me */
function lastOwn(list, read, me) {
  for (let at = list.length - 1; at >= 0 && list[at].id > read; at--) if (list[at].from === `user:${me}`) return list[at].id;
  return 0;
}

/** @param {import('./wire.js').Member|undefined} own @param {number} now */
export function muted(own, now) {
  return Boolean(own?.muted) && !(own?.muted_until && Date.parse(own.muted_until) <= now);
}

/** All that is unread and not muted: the number on the badge. @param {Rows} rows @param {string} me @param {number} now */
export function total(rows, me, now) {
  let sum = 0;
  for (const id of rows.conversations.keys()) {
    const own = rows.member(id, me);
    if (!own || own.left !== null) continue;
    const { count, mentioned } = unread(rows, id, me);
    if (!muted(own, now) || mentioned) sum += count;
  }
  return sum;
}

/**
 * My own row as it will be once the server knows that I have read up to a message.
 * @param {Rows} rows @param {import('./wire.js').Member} own @param {number} upto
 */
export function readUpto(rows, own, upto) {
  const list = rows.timelines.get(own.conversation) ?? [];
  const newest = list.at(-1)?.id ?? 0;
  let left = 0;
  for (let at = place(list, upto + 1); at < list.length; at++) {
    if (list[at].from !== `user:${own.user}` && !list[at].deleted_by) left++;
  }
  return { ...own, read: Math.max(own.read, upto), unread: left, mentions: 0, countedAt: Math.max(own.countedAt ?? 0, newest) };
}
