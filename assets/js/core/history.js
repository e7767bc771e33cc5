/** Fetches what is not here: earlier messages, a hole, the message that somebody answered to. */
import { find, newest } from './timeline.js';

const PAGE = 50;
const LARGE = 200;
const JUMP_PAGES = 20;

/** @typedef {import('./replica.js').Replica} Replica */

export class History {
  /** Conversations in which somebody has looked back. @type {Set<number>} */ paged = new Set();
  /** @type {Set<number>} */ #loading = new Set();
  /** @type {Set<string>} */ #vain = new Set();

  /** @param {{ask: (name: string, body: object) => Promise<import('./wire.js').Ok>, onchange: () => void, replica: Replica}} plug */
  constructor(plug) {
    this.plug = plug;
  }

  /** @param {number} conversation */
  view(conversation) {
    const { rows } = this.plug.replica;
    const view = newest(rows.timelines.get(conversation) ?? [], rows.conversations.get(conversation));
    const vain = this.#vain.has(`${conversation}/${view.messages[0]?.id}`);
    return { ...view, earlier: view.earlier && !vain, loading: this.#loading.has(conversation) };
  }

  /** @param {number} conversation @param {number} [limit] */
  async earlier(conversation, limit = PAGE) {
    const { messages, earlier, later, loading } = this.view(conversation);
    if (loading || !(earlier || later)) return;
    const before = later ? undefined : messages[0].id;
    this.paged.add(conversation);
    this.#loading.add(conversation);
    this.plug.onchange();
    try {
      const ok = await this.plug.ask('history', { conversation, ...(before && { before }), limit });
      if (before && !ok.messages?.length) this.#vain.add(`${conversation}/${before}`);
    } finally {
      this.#loading.delete(conversation);
      this.plug.onchange();
    }
  }

  /** Loads back until a message is among the newest without a hole. @param {number} conversation @param {number} id */
  async reach(conversation, id) {
    for (let page = 0; page < JUMP_PAGES; page++) {
      const { messages, earlier, loading } = this.view(conversation);
      if (!earlier || loading || (messages[0]?.id ?? 0) <= id) return;
      await this.earlier(conversation, LARGE);
    }
  }

  /** One message, wherever it stands. @param {number} conversation @param {number} id */
  async one(conversation, id) {
    const name = `${conversation}:${id}`;
    if (this.#vain.has(name) || find(this.plug.replica.rows.timelines.get(conversation) ?? [], id)) return;
    this.#vain.add(name);
    await this.plug.ask('history', { conversation, around: id, limit: 1 }).catch(() => this.#vain.delete(name));
  }
}
