/** What outlives the page in this browser: outbox, drafts, small choices. */
import { keeper } from '../core/keep.js';

export const local = keeper(() => globalThis.localStorage);
export const session = keeper(() => globalThis.sessionStorage);
