/** The messages of one conversation that are here, by age. There may be holes: `prev` tells. */

/** @typedef {import('./wire.js').Message} Message */

/**
 * Where a message with this id stands, or would stand.
 * @param {Message[]} list @param {number} id
 */
export function place(list, id) {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle].id < id) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** @param {Message[]} list @param {number} id */
export function find(list, id) {
  const at = list[place(list, id)];
  return at?.id === id ? at : undefined;
}

/** Puts a message in, unless a newer version of it is there. @param {Message[]} list @param {Message} message */
export function put(list, message) {
  const at = place(list, message.id);
  if (list[at]?.id !== message.id) list.splice(at, 0, message);
  else if (list[at].version <= message.version) list[at] = message;
}

/**
 * The newest messages without a hole, and whether there are earlier ones.
 * @param {Message[]} list
 * @param {import('./wire.js').Conversation|undefined} conversation
 * @returns {{messages: Message[], earlier: boolean, later: boolean}} `later`: even the newest are not here
 */
export function newest(list, conversation) {
  const first = conversation?.first ?? 0;
  let start = list.length - 1;
  while (start > 0 && list[start].prev === list[start - 1].id) start--;
  const messages = list.slice(Math.max(0, start));
  const last = list.at(-1)?.id ?? 0;
  const oldest = messages[0];
  return { messages, earlier: oldest ? oldest.prev > 0 && oldest.prev >= first : false, later: (conversation?.last ?? 0) > last };
}
