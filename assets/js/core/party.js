/** Who writes or is written to: `user:<id>`, `application`, `conversation:<id>`. And which conversation that is. */

/** @typedef {import('./rows.js').Rows} Rows */
/** @typedef {string} Party */

/** @param {string} id @returns {Party} */
export const userParty = (id) => `user:${id}`;

/** @param {Party|null|undefined} party @returns {string|null} the user's id */
export const userOf = (party) => (party?.startsWith('user:') ? party.slice(5) : null);

/** @param {Party|null|undefined} party @returns {number|null} */
export const numberOf = (party) => (party?.startsWith('conversation:') ? Number(party.slice(13)) : null);

/** Whoever it was is not here any more: what was written stays, without a name. @param {string|null} user */
export const isFormer = (user) => user?.startsWith('erased:') === true;

/**
 * The other one of a direct conversation.
 * @param {Rows} rows @param {number} conversation @param {string} me
 */
export function peerOf(rows, conversation, me) {
  for (const user of rows.members.get(conversation)?.keys() ?? []) if (user !== me) return user;
  return null;
}

/**
 * The name under which a conversation is written to; of a direct one it is the person, so that it means the same after
 * the server was restored from a backup.
 * @param {Rows} rows @param {import('./wire.js').Conversation} conversation @param {string} me @returns {Party}
 */
export function partyOf(rows, conversation, me) {
  if (conversation.kind === 'application') return 'application';
  const peer = conversation.kind === 'direct' ? peerOf(rows, conversation.id, me) : null;
  return peer === null ? `conversation:${conversation.id}` : userParty(peer);
}

/** @param {Rows} rows @param {Party|null} party @param {string} me */
export function conversationOf(rows, party, me) {
  const number = numberOf(party);
  if (number !== null) return rows.conversations.get(number);
  const user = userOf(party);
  for (const conversation of rows.conversations.values()) {
    if (party === 'application' && conversation.kind === 'application') return conversation;
    if (user !== null && conversation.kind === 'direct' && user !== me && rows.member(conversation.id, user)) return conversation;
  }
  return undefined;
}
