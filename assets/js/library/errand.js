/**
 * Requests that wait for the connection, and go out again when it was lost before the answer came: each of them does the
 * same when it is done twice. They fail only when the server refuses, or when there will be no connection any more.
 */
import { Failure } from '../core/failure.js';

/** @typedef {import('../core/messenger.js').Messenger} Messenger */

export class Errands {
  /** @param {Messenger} messenger */
  constructor(messenger) {
    this.messenger = messenger;
  }

  /** @template Answer @param {() => Promise<Answer>} ask @returns {Promise<Answer>} */
  async run(ask) {
    for (;;) {
      await this.until(() => this.messenger.link.phase === 'ready');
      try {
        return await ask();
      } catch (cause) {
        const failure = Failure.of(cause);
        if (failure.code !== 'disconnected') throw failure;
      }
    }
  }

  /** Waits for something that the connection brings. @param {() => boolean} holds @returns {Promise<void>} */
  until(holds) {
    const { signal } = this.messenger;
    return new Promise((resolve, reject) => {
      const look = () => {
        const end = this.end();
        if (holds()) resolve();
        else if (end) reject(end);
        else return false;
        return true;
      };
      if (look()) return;
      const stop = signal.listen(() => look() && stop());
    });
  }

  /** Why there will be no connection any more, or null. @returns {Failure|null} */
  end() {
    const { phase, code, message } = this.messenger.link;
    if (phase === 'off') return new Failure({ code: 'closed', message: 'this was closed' });
    return phase === 'stopped' ? new Failure({ code: code ?? 'closed', message }) : null;
  }
}
