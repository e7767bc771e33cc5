/** Everything the server has told: the one reducer for `sync` and for the rows of an `ok`. Insert or replace by id. */
import { put } from './timeline.js';
import { unread } from './unread.js';

/** @typedef {import('./wire.js').RowSet} RowSet */
/** @typedef {'users'|'groups'|'conversations'|'members'|'messages'|'settings'} Table */

export class Rows {
  /** @type {Map<string, import('./wire.js').User>} */ users = new Map();
  /** @type {Map<string, import('./wire.js').Group>} */ groups = new Map();
  /** @type {Map<number, import('./wire.js').Conversation>} */ conversations = new Map();
  /** @type {Map<number, Map<string, import('./wire.js').Member>>} */ members = new Map();
  /** @type {Map<number, import('./wire.js').Message[]>} */ timelines = new Map();
  /** @type {import('./wire.js').Settings} */ settings = { blocked: [], version: 0 };

  /**
   * @param {RowSet} set
   * @param {number} version as of which the set is exact
   * @returns {Set<Table>} what was touched
   */
  apply(set, version) {
    /** @type {Set<Table>} */ const touched = new Set();
    for (const row of set.users ?? []) if (upsert(this.users, row.id, row)) touched.add('users');
    for (const row of set.groups ?? []) if (upsert(this.groups, row.id, row)) touched.add('groups');
    for (const row of [...(set.conversations ?? []), ...(set.conversation ? [set.conversation] : [])]) {
      if (this.#conversation(row)) touched.add('conversations');
    }
    for (const row of set.members ?? []) if (this.#member(row, version)) touched.add('members');
    for (const row of [...(set.messages ?? []), ...(set.message ? [set.message] : [])]) {
      put(this.timeline(row.conversation), row);
      touched.add('messages');
    }
    if (set.settings && set.settings.version >= this.settings.version) {
      this.settings = set.settings;
      touched.add('settings');
    }
    return touched;
  }

  /** @param {number} conversation */
  timeline(conversation) {
    let list = this.timelines.get(conversation);
    if (!list) this.timelines.set(conversation, (list = []));
    return list;
  }

  /**
   * Lets go of all but the newest messages of a conversation, once there are twice as many. What is unread of them stays counted.
   * @param {number} conversation @param {string} me @param {number} [most] left out: all stay
   */
  trim(conversation, me, most = Infinity) {
    const list = this.timelines.get(conversation) ?? [];
    if (list.length < 2 * most) return;
    const before = unread(this, conversation, me);
    const gone = list.splice(0, list.length - most);
    const own = this.member(conversation, me);
    if (!own) return;
    const counted = { ...own, unread: 0, mentions: 0, countedAt: Math.max(own.countedAt ?? 0, gone[gone.length - 1].id) };
    this.members.get(conversation)?.set(me, counted);
    const after = unread(this, conversation, me);
    Object.assign(counted, { unread: before.count - after.count, mentions: before.mentioned && !after.mentioned ? 1 : 0 });
  }

  /** @param {number} conversation @param {string} user */
  member(conversation, user) {
    return this.members.get(conversation)?.get(user);
  }

  /** @param {import('./wire.js').Conversation} row */
  #conversation(row) {
    if (!upsert(this.conversations, row.id, row)) return false;
    const list = this.timelines.get(row.id);
    if (list?.length && list[0].id < row.first) {
      this.timelines.set(row.id, list.filter((message) => message.id >= row.first));
    }
    return true;
  }

  /** @param {import('./wire.js').Member} row @param {number} version */
  #member(row, version) {
    let map = this.members.get(row.conversation);
    if (!map) this.members.set(row.conversation, (map = new Map()));
    const old = map.get(row.user);
    if (old && old.version > row.version) return false;
    const own = row.unread !== undefined;
    if (own && old && (old.countedAt ?? 0) > version) return false;
    if (!own) map.set(row.user, { ...old, ...row });
    else if (old && old.read > row.read) map.set(row.user, { ...row, ...counts(old) });
    else map.set(row.user, { ...row, countedAt: version });
    return true;
  }
}

/** What I have read here and the server does not know yet stays. @param {import('./wire.js').Member} old */
const counts = ({ read, unread, mentions, countedAt }) => ({ read, unread, mentions, countedAt });

/**
 * @template {{version: number, gone?: boolean}} Row
 * @template Id
 * @param {Map<Id, Row>} map @param {Id} id @param {Row} row
 */
function upsert(map, id, row) {
  const old = map.get(id);
  if (old && old.version > row.version) return false;
  if (row.gone) map.delete(id);
  else map.set(id, row);
  return true;
}
