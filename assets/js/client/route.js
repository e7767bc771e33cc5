/** Which conversation is open. In a page it stands in the address, so that "back" and reloading work; in a frame it does not. */
import { session } from './keep.js';

/**
 * @typedef {object} Route
 * @property {() => string|null} read
 * @property {(party: string|null) => void} go
 * @property {(run: () => void) => () => void} listen
 * @property {() => boolean} over whether what is laid over the conversation has its own place in the history
 * @property {(on: boolean) => void} lay lays something over the conversation, or takes it away
 */

/** Where it covers everything, "back" is expected to take it away. */
const NARROW = '(max-width: 44rem)';

/** @returns {Route} */
export function addressRoute() {
  const read = () => new URLSearchParams(location.hash.slice(1)).get('with');
  return {
    read,
    go(party) {
      if (party === read()) return;
      const bare = location.pathname + location.search;
      if (party === null) history.state?.parlour ? history.go(history.state.over ? -2 : -1) : history.replaceState(null, '', bare);
      else {
        const address = `${bare}#with=${encodeURIComponent(party)}`;
        if (read() === null) history.pushState({ parlour: true }, '', address);
        else history.replaceState(history.state?.parlour ? { parlour: true } : null, '', address);
        dispatchEvent(new PopStateEvent('popstate'));
      }
      if (party === null && !history.state?.parlour) dispatchEvent(new PopStateEvent('popstate'));
    },
    listen(run) {
      addEventListener('popstate', run);
      return () => removeEventListener('popstate', run);
    },
    over: () => history.state?.over === true,
    lay(on) {
      if (on && matchMedia(NARROW).matches && !this.over()) history.pushState({ ...history.state, over: true }, '', location.href);
      else if (!on && this.over()) history.back();
    },
  };
}

/** @param {string} app @returns {Route} */
export function frameRoute(app) {
  /** @type {Set<() => void>} */ const listeners = new Set();
  return {
    read: () => session.get(`with/${app}`),
    go(party) {
      if (party === null) session.remove(`with/${app}`);
      else session.set(`with/${app}`, party);
      for (const run of listeners) run();
    },
    listen(run) {
      listeners.add(run);
      return () => void listeners.delete(run);
    },
    over: () => false,
    lay() {},
  };
}
