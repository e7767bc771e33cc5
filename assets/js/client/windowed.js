/**
 * A list of any length of which only what can be seen is in the page. One stop for the Tab key; arrows move inside.
 * Rows have fixed heights (in rem), so that nothing needs to be measured.
 */
import { html, useEffect, useLayoutEffect, useMemo, useName, useRef, useState } from './ui.js';

const MARGIN = 6;

/**
 * @template Item
 * @typedef {object} Props
 * @property {Item[]} items
 * @property {(item: Item) => string} name a key
 * @property {(item: Item) => number} height in rem
 * @property {(item: Item) => any} draw
 * @property {(item: Item) => void} pick
 * @property {string} label
 * @property {'listbox'|'tree'} [role]
 * @property {(item: Item) => Record<string, any>} [about] more attributes of a row
 * @property {(items: Item[]) => void} [onshown]
 * @property {(event: KeyboardEvent, item: Item) => void} [onkey]
 * @property {string} [current] key of the selected one
 */

/** @type {<Item>(props: Props<Item>) => any} */
export const Windowed = ({ items, name, height, draw, pick, label, role = 'listbox', about, onshown, onkey, current }) => {
  const box = /** @type {import('preact').RefObject<HTMLDivElement>} */ (useRef(/** @type {any} */ (null)));
  const id = useName('list');
  const [view, setView] = useState({ top: 0, height: 600, rem: 16 });
  const [active, setActive] = useState(/** @type {string|null} */ (null));
  const tops = useMemo(() => items.reduce((all, item) => (all.push(all[all.length - 1] + height(item) * view.rem), all), [0]), [items, view.rem]);
  const at = (/** @type {number} */ y) => Math.max(0, bisect(tops, y) - 1);
  const from = Math.max(0, at(view.top) - MARGIN);
  const to = Math.min(items.length, at(view.top + view.height) + 1 + MARGIN);
  const shown = items.slice(from, to);
  const index = active === null ? -1 : items.findIndex((item) => name(item) === active);

  useLayoutEffect(() => {
    const element = box.current;
    const measure = () =>
      setView({ top: element.scrollTop, height: element.clientHeight, rem: parseFloat(getComputedStyle(document.documentElement).fontSize) });
    const watcher = new ResizeObserver(measure);
    watcher.observe(element);
    measure();
    return () => watcher.disconnect();
  }, []);
  useEffect(() => onshown?.(items.slice(at(view.top), at(view.top + view.height) + 1)), [items, view.top, view.height]);

  /** @param {number} next */
  const move = (next) => {
    if (!items.length) return;
    const bounded = Math.max(0, Math.min(items.length - 1, next));
    setActive(name(items[bounded]));
    const element = box.current;
    if (tops[bounded] < element.scrollTop) element.scrollTop = tops[bounded];
    else if (tops[bounded + 1] > element.scrollTop + element.clientHeight) element.scrollTop = tops[bounded + 1] - element.clientHeight;
  };
  /** @param {KeyboardEvent} event */
  const key = (event) => {
    const page = Math.max(1, to - from - 2 * MARGIN - 1);
    const steps = /** @type {Record<string, number>} */ ({ ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: items.length - 1, PageDown: index + page, PageUp: index - page });
    if (event.key in steps) move(steps[event.key]);
    else if (event.key === 'Enter' || event.key === ' ') index >= 0 && pick(items[index]);
    else return index >= 0 ? onkey?.(event, items[index]) : undefined;
    event.preventDefault();
  };
  const focus = () => index < 0 && move(Math.max(0, items.findIndex((item) => name(item) === current)));

  return html`
    <div class="windowed" ref=${box} tabindex="0" role=${role} aria-label=${label} onKeyDown=${key} onFocus=${focus}
      aria-activedescendant=${index >= from && index < to ? `${id}-${index}` : undefined}
      onScroll=${() => setView({ ...view, top: box.current.scrollTop })}>
      <div class="windowed-all" role="presentation" style=${{ height: `${tops[items.length]}px` }}>
        ${shown.map((item, offset) => {
          const number = from + offset;
          return html`<div key=${name(item)} id=${`${id}-${number}`} class=${`windowed-row ${number === index ? 'is-active' : ''}`}
            role=${role === 'tree' ? 'treeitem' : 'option'} aria-selected=${name(item) === current ? 'true' : 'false'}
            aria-setsize=${items.length} aria-posinset=${number + 1}
            style=${{ top: `${tops[number]}px`, height: `${tops[number + 1] - tops[number]}px` }}
            onClick=${() => (setActive(name(item)), pick(item))} ...${about?.(item)}>${draw(item)}</div>`;
        })}
      </div>
    </div>`;
};

/** How many of the sorted numbers are at most `y`. @param {number[]} sorted @param {number} y */
function bisect(sorted, y) {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] <= y) low = middle + 1;
    else high = middle;
  }
  return low;
}
