/** Which conversation is open. In a page it stands in the address, so that "back" and reloading work; in a frame it does not. */
import { session } from './keep.js';

/** @typedef {{read: () => string|null, go: (party: string|null) => void, listen: (run: () => void) => () => void}} Route */

/** @returns {Route} */
export function addressRoute() {
  const read = () => new URLSearchParams(location.hash.slice(1)).get('with');
  return {
    read,
    go(party) {
      if (party === read()) return;
      const bare = location.pathname + location.search;
      if (party === null) history.state?.parlour ? history.back() : history.replaceState(null, '', bare);
      else {
        const address = `${bare}#with=${encodeURIComponent(party)}`;
        if (read() === null) history.pushState({ parlour: true }, '', address);
        else history.replaceState(history.state, '', address);
        dispatchEvent(new PopStateEvent('popstate'));
      }
      if (party === null && !history.state?.parlour) dispatchEvent(new PopStateEvent('popstate'));
    },
    listen(run) {
      addEventListener('popstate', run);
      return () => removeEventListener('popstate', run);
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
  };
}
