/**
 * Messages of the application about one object of its own come together: the newest is shown, those before it unfold above it.
 * A message whose time is over looks as the server will tell it soon.
 */

/** @typedef {import('../core/wire.js').Message} Message */

/** @param {Message} message @param {number} now @returns {Message} */
export function asOf(message, now) {
  const over = message.expires_at && message.deleted_by === null && Date.parse(message.expires_at) <= now;
  return over ? { ...message, text: '', mentions: [], deleted_by: 'application' } : message;
}

/** When the next of them disappears. @param {Message[]} messages @param {number} now */
export function nextEnd(messages, now) {
  const ends = messages.map((message) => (message.expires_at && !message.deleted_by ? Date.parse(message.expires_at) : Infinity));
  return Math.min(Infinity, ...ends.filter((end) => end > now));
}

/**
 * What is shown, and for the newest of each topic those that are folded under it. Of a topic with something to say, what was
 * taken away is not shown.
 * @param {Message[]} messages
 * @returns {{shown: Message[], earlier: Map<number, Message[]>}}
 */
export function fold(messages) {
  /** @type {Map<string, Message>} */ const heads = new Map();
  for (const message of messages) {
    const name = topicOf(message);
    if (name !== null && (message.deleted_by === null || !heads.has(name) || heads.get(name)?.deleted_by !== null)) heads.set(name, message);
  }
  /** @type {Map<number, Message[]>} */ const earlier = new Map();
  const shown = messages.filter((message) => {
    const name = topicOf(message);
    const head = name === null ? message : heads.get(name);
    if (!head || head === message) return true;
    if (message.deleted_by === null) earlier.set(head.id, [...(earlier.get(head.id) ?? []), message]);
    return false;
  });
  return { shown, earlier };
}

/** @param {Message} message */
const topicOf = (message) => (message.from === 'application' && message.topic) || null;
