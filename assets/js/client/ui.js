/** Drawing: preact and htm under short names, and the few hooks that every view uses. */
import { Component, createContext, h } from '../../vendor/preact.mjs';
import { useContext, useEffect, useLayoutEffect, useMemo, useRef, useState } from '../../vendor/preact-hooks.mjs';
import htm from '../../vendor/htm.mjs';

export { render } from '../../vendor/preact.mjs';
export { useContext, useEffect, useLayoutEffect, useMemo, useRef, useState };

/** @type {(strings: TemplateStringsArray, ...values: any[]) => any} */
export const html = htm.bind(h);

/** @typedef {import('../core/messenger.js').Messenger} Messenger */
/** @typedef {import('./desk.js').Desk} Desk what the views of a signed-in user share */

/** @type {import('preact').Context<Desk>} */
export const DeskContext = createContext(/** @type {any} */ (null));

/** @returns {Desk} */
export const useDesk = () => useContext(DeskContext);

/**
 * Draws again only when a property changed.
 * @template Props
 * @param {(props: Props) => any} draw
 * @returns {(props: Props) => any}
 */
export function memo(draw) {
  class Memo extends Component {
    /** @param {any} next */
    shouldComponentUpdate(next) {
      /** @type {any} */ const now = this.props;
      return Object.keys(next).length !== Object.keys(now).length || Object.keys(next).some((name) => next[name] !== now[name]);
    }
    /** @param {any} props */
    render(props) {
      return h(/** @type {any} */ (draw), props);
    }
  }
  return /** @type {any} */ (Memo);
}

/** Runs when a key is pressed or something else happens at a target, while the view is there.
 * @param {EventTarget} target @param {string} name @param {(event: any) => void} run */
export function useEvent(target, name, run) {
  const latest = useRef(run);
  latest.current = run;
  useLayoutEffect(() => {
    /** @param {Event} event */
    const listener = (event) => latest.current(event);
    target.addEventListener(name, listener);
    return () => target.removeEventListener(name, listener);
  }, [target, name]);
}

/** Draws again every so often: times like "5 minutes ago". @param {number} ms */
export function useTick(ms) {
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((n) => n + 1), ms);
    return () => clearInterval(timer);
  }, [ms]);
}

let last = 0;
/** An id for `aria-labelledby` and the like. @param {string} name */
export function useName(name) {
  return useMemo(() => `${name}-${++last}`, [name]);
}
