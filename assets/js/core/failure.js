/** What went wrong with a request, in the protocol's words. `disconnected` is our own code: nobody knows whether it arrived. */
export class Failure extends Error {
  /** @param {{code: string, message?: string, detail?: string, temporary?: boolean, field?: string, retry_after?: number, done?: import('./wire.js').CardDone}} from */
  constructor(from) {
    super(from.message || from.detail || from.code);
    this.name = 'Failure';
    this.code = from.code;
    this.temporary = from.temporary ?? false;
    this.field = from.field;
    this.retryAfter = from.retry_after;
    /** What somebody else did with a card before. */
    this.done = from.done;
  }

  static disconnected() {
    return new Failure({ code: 'disconnected', temporary: true });
  }

  /** @param {unknown} cause @returns {Failure} */
  static of(cause) {
    return cause instanceof Failure ? cause : new Failure({ code: 'internal', message: String(cause) });
  }
}
