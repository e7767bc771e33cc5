/** What a program is shown of the rows: a conversation with its name, its other side and what is unread; a contact list. */
import { isFormer, userOf } from '../core/party.js';
import { muted, total, unread } from '../core/unread.js';

/** @typedef {import('../core/messenger.js').Messenger} Messenger */
/** @typedef {import('../core/wire.js').Conversation} Conversation */

/** @param {Messenger} messenger @param {string} party whoever wrote, or is written to */
export function nameOf(messenger, party) {
  const user = userOf(party);
  if (user !== null) return isFormer(user) ? '' : (messenger.rows.users.get(user)?.name ?? user);
  return party === 'application' ? (messenger.application?.name ?? '') : (messenger.conversation(party)?.title ?? '');
}

/** The newest message that is known of; the row says so as of its own version. @param {Messenger} messenger @param {Conversation} row */
export const lastOf = ({ rows }, row) => Math.max(row.last, rows.timelines.get(row.id)?.at(-1)?.id ?? 0);

/** @param {Messenger} messenger @param {Conversation} row @returns {import('./parlour.d.ts').Conversation} */
export function conversation(messenger, row) {
  const { rows, id: me } = messenger;
  const own = rows.member(row.id, me);
  const party = messenger.party(row);
  const { count, mentioned } = unread(rows, row.id, me);
  return {
    id: row.id,
    kind: row.kind,
    party,
    title: row.kind === 'room' ? (row.title ?? '') : nameOf(messenger, party),
    members: [...(rows.members.get(row.id)?.values() ?? [])].filter((member) => member.left === null).map((member) => member.user),
    last: messenger.history.view(row.id).messages.at(-1) ?? null,
    unread: count,
    mentioned,
    muted: muted(own, Date.now()),
    left: own !== undefined && own.left !== null,
  };
}

/** The newest first. @param {Messenger} messenger */
export function conversations(messenger) {
  const rows = [...messenger.rows.conversations.values()].sort((a, b) => lastOf(messenger, b) - lastOf(messenger, a) || b.id - a.id);
  return rows.map((row) => conversation(messenger, row));
}

/** @param {Messenger} messenger @returns {import('./parlour.d.ts').Group[]} */
export function contacts(messenger) {
  const { groups, users } = messenger.rows;
  const known = (/** @type {string[]} */ ids) => ids.flatMap((id) => users.get(id) ?? []);
  return [...groups.values()].map(({ id, name, parent, count, users: ids }) => ({ id, name, parent, count, users: ids && known(ids) }));
}

/** @param {Messenger} messenger @param {string} party @returns {import('./parlour.d.ts').Timeline} */
export function timeline(messenger, party) {
  const row = messenger.conversation(party);
  const { messages, earlier } = row ? messenger.history.view(row.id) : { messages: [], earlier: false };
  const names = new Set([party, ...(row ? [`conversation:${row.id}`, messenger.party(row)] : [])]);
  return { messages, earlier, waiting: messenger.outbox.entries.filter((entry) => names.has(entry.to)) };
}

/** All that is unread and not muted. @param {Messenger} messenger */
export const unreadOf = (messenger) => total(messenger.rows, messenger.id, Date.now());
