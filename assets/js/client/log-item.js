/** What stands in a conversation, from top to bottom: days, the line above what is new, messages in runs of one author. */
import { dayOf } from './time.js';

/** @typedef {import('../core/wire.js').Message} Message */
/** @typedef {import('../core/outbox.js').Entry} Entry */
/**
 * @typedef {{kind: 'day', key: string, at: Date} | {kind: 'new', key: string}
 *   | {kind: 'message', key: string, message: Message, starts: boolean, ends: boolean}
 *   | {kind: 'waiting', key: string, entry: Entry, starts: boolean, ends: boolean}} Item
 */

const RUN = 5 * 60_000;

/**
 * @param {Message[]} messages @param {Entry[]} waiting @param {number|null} divider the last message that was read @param {string} me
 * @returns {Item[]}
 */
export function itemsOf(messages, waiting, divider, me) {
  /** @type {Item[]} */ const items = [];
  /** @type {{voice: string, at: number, item: any}|null} */ let run = null;
  let day = 0;
  let divided = divider === null;

  /** @param {string} from @param {number} at @param {any} item */
  const add = (from, at, item) => {
    const today = dayOf(new Date(at));
    if (today !== day) {
      items.push({ kind: 'day', key: `day-${today}`, at: new Date(at) });
      day = today;
      run = null;
    }
    if (!divided && item.message?.id > Number(divider) && from !== `user:${me}`) {
      items.push({ kind: 'new', key: 'new' });
      divided = true;
      run = null;
    }
    // What the application said in somebody's name is not what they said themselves: each says so beneath its own run.
    const voice = item.message?.via ? `${from} by the application` : from;
    item.starts = !run || run.voice !== voice || at - run.at > RUN;
    item.ends = true;
    if (run && !item.starts) run.item.ends = false;
    items.push(item);
    run = { voice, at, item };
  };

  for (const message of messages) {
    add(message.from, Date.parse(message.at), { kind: 'message', key: message.key ?? String(message.id), message });
  }
  for (const entry of waiting) {
    add(`user:${me}`, entry.at, { kind: 'waiting', key: entry.key, entry });
    if (entry.failed) run = null;
  }
  return items;
}

/**
 * How far a message of mine has come.
 * @param {import('../core/wire.js').Member[]} others @param {number} id
 * @returns {{state: 'sent'|'received'|'read', readers: number}}
 */
export function markOf(others, id) {
  const present = others.filter((member) => member.left === null || member.read >= id);
  const readers = present.filter((member) => member.read >= id).length;
  if (readers && readers === present.length) return { state: 'read', readers };
  const received = present.length > 0 && present.every((member) => Math.max(member.received, member.read) >= id);
  return { state: received ? 'received' : 'sent', readers };
}
