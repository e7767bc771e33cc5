/** Who is reachable now, of those who are shown; and what others are told about me. */

const WATCHED = 200;
const CALM = 250;

/** @typedef {(name: string, body: object) => Promise<import('./wire.js').Ok>} Ask */
/** @typedef {{show: import('./wire.js').Show, note?: string, until?: string}} Choice */

export class Presence {
  /** @type {Map<string, import('./wire.js').Presence>} */ known = new Map();
  /** @type {Choice} what was chosen */ mine = { show: 'available' };
  /** Nobody is at this device. */ idle = false;
  /** @type {Choice|null} what was chosen here and the server has not confirmed, or may have forgotten */ #chosen = null;
  /** @type {Map<string, string[]>} what each part of the screen shows */ #shown = new Map();
  #asked = '';
  #me = '';
  /** No word of me since the welcome. */ #fresh = false;
  /** @type {any} */ #timer = null;

  /** @param {{ask: Ask, onchange: () => void, ontake?: (users: import('./wire.js').Presence[]) => void, clock: import('./clock.js').Clock}} plug */
  constructor(plug) {
    this.plug = plug;
  }

  /** After each welcome the server knows nothing of whom I watch. I am among them: another device may choose for me. @param {string} me */
  open(me) {
    this.#me = me;
    this.#asked = '';
    this.#fresh = true;
    this.known.clear();
    this.show('me', [me]);
    if (this.idle) this.#rest();
    this.#soon(0);
  }

  /** @param {string} user */
  of(user) {
    return this.known.get(user);
  }

  /** @param {import('./wire.js').Presence[]} users */
  take(users) {
    for (const one of users) this.known.set(one.user, one);
    const own = users.find((one) => one.user === this.#me);
    if (own) this.#own(own);
    this.plug.onchange();
    if (users.length) this.plug.ontake?.(users);
  }

  /** One part of the screen shows these users now. @param {string} part @param {string[]} users */
  show(part, users) {
    this.#shown.set(part, users);
    this.#soon(CALM);
  }

  /** New contacts or conversations are here: whom the server passed over before may be watched now. */
  again() {
    if (this.#asked === '' || [...this.#shown.values()].flat().every((user) => this.known.has(user))) return;
    this.#asked = '';
    this.#soon(CALM);
  }

  /** How I show, as far as this device knows. */
  get shown() {
    return this.idle && this.mine.show === 'available' ? 'away' : this.mine.show;
  }

  /** Nobody is at this device any more, or somebody is back. @param {boolean} idle */
  rest(idle) {
    this.idle = idle;
    this.plug.onchange();
    this.#rest();
  }

  #rest() {
    this.plug.ask('present', { idle: this.idle }).catch(() => {}); // said again after the next welcome
  }

  /** @param {Choice} mine */
  async choose(mine) {
    this.mine = this.#chosen = mine;
    this.plug.onchange();
    await this.plug.ask('present', mine);
  }

  /** What the server says of me: who is connected and offline is invisible. A restarted server has forgotten; tell it again. @param {Choice} own */
  #own({ show, note, until }) {
    const plain = show === 'available' || (show === 'away' && this.idle && this.mine.show !== 'away');
    const forgotten = this.#chosen && plain && !note && (this.#chosen.show !== 'available' || this.#chosen.note) && this.#fresh;
    this.#fresh = false;
    if (forgotten && this.#chosen) return void this.choose(this.#chosen).catch(() => {});
    this.mine = { show: plain ? 'available' : show === 'offline' ? 'invisible' : show, ...(note && { note }), ...(until && { until }) };
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
