/** Signing out on one page of the application: the other pages of this browser hear of it, whoever opened them. */

export class Farewell {
  /** @type {BroadcastChannel|null} */ #others = null;

  /** @param {string} app @param {(user: string) => void} onleave somebody has signed out on another page */
  constructor(app, onleave) {
    if (!('BroadcastChannel' in globalThis)) return;
    this.#others = new BroadcastChannel(`parlour/left/${app}`);
    this.#others.onmessage = ({ data }) => onleave(String(data));
  }

  /** @param {string} user */
  say(user) {
    this.#others?.postMessage(user);
  }
}
