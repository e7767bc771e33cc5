/**
 * Asks the application again who this is, every few minutes and when the page is looked at again: where somebody has signed out
 * of the application, the server ends the session and with it the connection; where somebody else has signed in, the page
 * begins anew as that one.
 */
import * as door from './door.js';

const PAUSE = 4 * 60_000;
/** A page that is looked at again after so long asks at once. */
const AGED = 20_000;

export class Asking {
  #timer;
  #last = Date.now();
  #look = () => {
    if (document.visibilityState === 'visible' && Date.now() - this.#last > AGED) void this.#ask();
  };

  /** @param {string} app @param {string} user @param {() => void} onend looks whether the connection is still there */
  constructor(app, user, onend) {
    this.app = app;
    this.user = user;
    this.onend = onend;
    this.#timer = setInterval(() => void this.#ask(), PAUSE);
    document.addEventListener('visibilitychange', this.#look);
  }

  stop() {
    clearInterval(this.#timer);
    document.removeEventListener('visibilitychange', this.#look);
  }

  async #ask() {
    this.#last = Date.now();
    try {
      const entry = await door.signIn({ app: this.app, who_am_i: true });
      if (entry?.user && entry.user.id !== this.user) location.reload();
    } catch {
      // What it means stands with the server: the connection ends, or goes on until the session does.
      this.onend();
    }
  }
}
