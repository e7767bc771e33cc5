/** Where a conversation is scrolled to: stays at the newest, keeps its place when earlier messages come in above. */
import { useEffect, useLayoutEffect, useRef } from './ui.js';

const NEAR = 60;
const EARLY = 400;

/**
 * @param {{first: string|undefined, last: string|undefined, onnear: () => void, onseen: (bottom: boolean) => void}} props
 *   `first`, `last`: keys of the ends of what is drawn
 */
export function useScroll({ first, last, onnear, onseen }) {
  const box = /** @type {import('preact').RefObject<HTMLDivElement>} */ (useRef(/** @type {any} */ (null)));
  const was = useRef({ first: /** @type {string|undefined} */ (undefined), last: /** @type {string|undefined} */ (undefined), height: 0, bottom: true });
  const calls = useRef({ onnear, onseen });
  calls.current = { onnear, onseen };

  const note = () => {
    const element = box.current;
    was.current.height = element.scrollHeight;
    was.current.bottom = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR;
  };
  const toBottom = () => {
    const element = /** @type {HTMLElement|null} */ (box.current);
    if (!element) return;
    element.scrollTop = element.scrollHeight;
    note();
  };
  const onscroll = () => {
    // what has grown since then was at the bottom, and the watcher is about to bring it there again
    if (!was.current.bottom || box.current.scrollHeight === was.current.height) note();
    if (box.current.scrollTop < EARLY) calls.current.onnear();
    calls.current.onseen(was.current.bottom);
  };

  useLayoutEffect(() => {
    const element = box.current;
    if (was.current.bottom) toBottom();
    else if (was.current.first !== first && was.current.last === last) element.scrollTop += element.scrollHeight - was.current.height;
    note();
    was.current.first = first;
    was.current.last = last;
    calls.current.onseen(was.current.bottom);
    if (element.scrollTop < EARLY) calls.current.onnear();
  }, [first, last]);

  useEffect(() => {
    const watcher = new ResizeObserver(() => was.current.bottom && toBottom());
    watcher.observe(box.current);
    if (box.current.firstElementChild) watcher.observe(box.current.firstElementChild);
    return () => watcher.disconnect();
  }, []);

  return { box, onscroll, toBottom, isBottom: () => was.current.bottom };
}

/**
 * Brings an element of the log to its middle. Moves the log alone: `scrollIntoView` would move the page around it too.
 * @param {HTMLElement} box @param {Element|null|undefined} element
 */
export function centre(box, element) {
  if (!element) return;
  const [inner, outer] = [element.getBoundingClientRect(), box.getBoundingClientRect()];
  box.scrollTop += inner.top - outer.top - (outer.height - inner.height) / 2;
}

/** The newest message of which the end can be seen. @param {HTMLElement} box */
export function lastSeen(box) {
  const limit = box.getBoundingClientRect().bottom + 8;
  const messages = box.querySelectorAll('[data-id]');
  for (let at = messages.length - 1; at >= 0; at--) {
    if (messages[at].getBoundingClientRect().bottom <= limit) return Number(/** @type {HTMLElement} */ (messages[at]).dataset.id);
  }
  return 0;
}
