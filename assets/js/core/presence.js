/** Who is reachable now, of those who are shown; and what others are told about me. */

const WATCHED = 200;
const CALM = 250;

/** @typedef {(name: string, body: object) => Promise<import('./wire.js').Ok>} Ask */

export class Presence {
  /** @type {Map<string, import('./wire.js').Presence>} */ known = new Map();
  /** @type {{show: import('./wire.js').Show, note?: string, until?: string}} */ mine = { show: 'available' };
  /** @type {Map<string, string[]>} what each part of the screen shows */ #shown = new Map();
  #asked = '';
  /** @type {any} */ #timer = null;

  /** @param {{ask: Ask, onchange: () => void, clock: import('./clock.js').Clock}} plug */
  constructor(plug) {
    this.plug = plug;
  }

  /** After each welcome the server knows nothing of this. */
  open() {
    this.#asked = '';
    this.known.clear();
    this.#soon(0);
    if (this.mine.show !== 'available' || this.mine.note) this.plug.ask('present', this.mine).catch(() => {});
  }

  /** @param {string} user */
  of(user) {
    return this.known.get(user);
  }

  /** @param {import('./wire.js').Presence[]} users */
  take(users) {
    for (const one of users) this.known.set(one.user, one);
    this.plug.onchange();
  }

  /** One part of the screen shows these users now. @param {string} part @param {string[]} users */
  show(part, users) {
    this.#shown.set(part, users);
    this.#soon(CALM);
  }

  /** @param {{show: import('./wire.js').Show, note?: string, until?: string}} mine */
  async choose(mine) {
    this.mine = mine;
    this.plug.onchange();
    await this.plug.ask('present', mine);
  }

  /** @param {number} wait */
  #soon(wait) {
    this.plug.clock.cancel(this.#timer);
    this.#timer = this.plug.clock.after(() => this.#watch(), wait);
  }

  async #watch() {
    const users = [...new Set([...this.#shown.values()].flat())].slice(0, WATCHED).sort();
    const text = JSON.stringify(users);
    if (text === this.#asked) return;
    this.#asked = text;
    try {
      const ok = await this.plug.ask('watch', { users });
      this.take(ok.presence ?? []);
    } catch {
      if (this.#asked === text) this.#asked = '';
    }
  }
}
