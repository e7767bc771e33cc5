/** The rows of the contact list: the application on top, then groups as a tree, each with its people by name. */
import { compare } from './language.js';

/** @typedef {import('../core/messenger.js').Messenger} Messenger */
/** @typedef {import('../core/wire.js').Group} Group */
/**
 * @typedef {{kind: 'application', key: string} | {kind: 'group', key: string, group: Group, open: boolean, level: number}
 *   | {kind: 'user', key: string, user: string, level: number} | {kind: 'more', key: string, group: string, level: number}} Row
 */

const DEEPEST = 6;
/** Who would look at more, instead of writing another letter. */
const FOUND = 1000;

/** The people of a group as they stood last: what is nearly sorted is sorted again at once. @type {WeakMap<Group, string[]>} */
const orders = new WeakMap();
/** What is looked for in a row, in small letters. @type {WeakMap<import('../core/wire.js').User, string>} */
const texts = new WeakMap();

/** @param {Messenger} messenger @param {(group: string) => boolean} closed @returns {Row[]} */
export function rowsOf(messenger, closed) {
  /** @type {Row[]} */ const rows = [{ kind: 'application', key: 'application' }];
  const children = new Map();
  for (const group of messenger.rows.groups.values()) {
    const parent = group.parent !== null && messenger.rows.groups.has(group.parent) ? group.parent : null;
    children.set(parent, [...(children.get(parent) ?? []), group]);
  }
  /** @param {string|null} parent @param {number} level */
  const walk = (parent, level) => {
    const groups = /** @type {Group[]} */ (children.get(parent) ?? []).sort((a, b) => compare(a.name, b.name));
    for (const group of groups) {
      const open = !closed(group.id);
      rows.push({ kind: 'group', key: group.id, group, open, level });
      if (!open || level > DEEPEST) continue;
      people(messenger, group, level + 1, rows);
      walk(group.id, level + 1);
    }
  };
  walk(null, 1);
  return rows;
}

/** @param {Messenger} messenger @param {Group} group @param {number} level @param {Row[]} rows */
function people(messenger, group, level, rows) {
  const { users } = messenger.rows;
  const name = (/** @type {string} */ id) => users.get(id)?.name ?? id;
  const page = group.users === null ? messenger.roster.of(group.id) : null;
  const order = orders.get(group) ?? [...(group.users ?? [])];
  if (!page) orders.set(group, order.sort((a, b) => compare(name(a), name(b))));
  const ids = page ? page.users : order;
  for (const user of ids) if (user !== messenger.id) rows.push({ kind: 'user', key: `${group.id}/${user}`, user, level });
  if (page?.more) rows.push({ kind: 'more', key: `${group.id}/`, group: group.id, level });
}

/** People and rooms whose name, title or id has the text. @param {Messenger} messenger @param {string} text */
export function found(messenger, text) {
  const wanted = text.toLocaleLowerCase();
  const has = (/** @type {string|null|undefined} */ value) => value?.toLocaleLowerCase().includes(wanted) ?? false;
  const remote = messenger.roster.found.text === text ? messenger.roster.found.users : [];
  const best = new Set();
  const users = new Set(remote);
  for (const user of messenger.rows.users.values()) {
    const text = textOf(user);
    if (text.startsWith(wanted)) best.add(user.id);
    else if (text.includes(wanted) || user.id.toLocaleLowerCase() === wanted) users.add(user.id);
  }
  const name = (/** @type {string} */ id) => messenger.rows.users.get(id)?.name ?? id;
  const byName = (/** @type {Iterable<string>} */ ids) => [...ids].filter((id) => id !== messenger.id).slice(0, FOUND).sort((a, b) => compare(name(a), name(b)));
  const rooms = [...messenger.rows.conversations.values()].filter((one) => one.kind === 'room' && has(one.title));
  return {
    application: has(messenger.application?.name),
    rooms: rooms.sort((a, b) => compare(a.title ?? '', b.title ?? '')),
    users: [...new Set([...byName(best), ...byName(users)])],
  };
}

/** Name and title; a line between them, which nobody writes into a search. @param {import('../core/wire.js').User} user */
function textOf(user) {
  const known = texts.get(user);
  if (known !== undefined) return known;
  const text = `${user.name}\n${user.title ?? ''}`.toLocaleLowerCase();
  texts.set(user, text);
  return text;
}
