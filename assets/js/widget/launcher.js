/**
 * What is seen of the widget in the page: the button with the number of unread messages, and the frame. Writes no markup and no
 * style attribute, so that it works under a strict policy.
 */

const TALK = 'M20 11.5c0 4.1-3.6 7.5-8 7.5-1.2 0-2.4-.3-3.4-.7L4 19.5l1.2-3.7A7.1 7.1 0 0 1 4 11.5C4 7.4 7.6 4 12 4s8 3.4 8 7.5Z';
const CROSS = 'M6 9.5l6 6 6-6';
const STYLE = `
  :host { all: initial; position: fixed; inset-block-end: var(--parlour-bottom, 1.25rem); inset-inline-end: 1.25rem; z-index: 2147483000; font: 600 13px/1 system-ui, sans-serif; color-scheme: light dark; }
  :host(.at-left) { inset-inline: auto; left: 1.25rem; } :host(.at-right) { inset-inline: auto; right: 1.25rem; } :host([hidden]) { display: none; }
  button { all: unset; position: relative; box-sizing: border-box; display: grid; place-items: center; inline-size: 3.5rem; block-size: 3.5rem; border-radius: 50%; cursor: pointer;
    color: #fff; background: var(--parlour-colour, #2f5fd0); box-shadow: 0 2px 6px #0003, 0 8px 24px #0003; transition: scale 120ms ease-out; }
  button:hover { scale: 1.05; }
  button:focus-visible { outline: 3px solid #fff; box-shadow: 0 0 0 6px var(--parlour-colour, #2f5fd0); }
  svg { inline-size: 1.625rem; block-size: 1.625rem; fill: none; stroke: currentColor; stroke-width: 1.75; stroke-linecap: round; stroke-linejoin: round; }
  button > * { grid-area: 1 / 1; }
  .cross, .is-open .talk { display: none; } .is-open .cross { display: block; }
  .badge { position: absolute; inset-block-start: -0.25rem; inset-inline-end: -0.25rem; min-inline-size: 1.375rem; box-sizing: border-box; padding: 0 0.375rem; border-radius: 0.75rem; background: #c62828; color: #fff; line-height: 1.375rem; text-align: center; } .badge[hidden] { display: none; }
  iframe { --under: 4.5rem; position: absolute; inset-block-end: var(--under); inset-inline-end: 0; inline-size: min(24.5rem, calc(100vw - 2.5rem)); block-size: min(40rem, calc(100vh - var(--parlour-bottom, 1.25rem) - var(--under) - 1.75rem)); border: 0; border-radius: 1rem;
    background: Canvas; box-shadow: 0 0 0 1px light-dark(#0000001a, #ffffff29), 0 12px 48px #0000004d; visibility: hidden; opacity: 0; translate: 0 0.5rem; transition: opacity 140ms ease-out, translate 140ms ease-out, visibility 0s 140ms; }
  :host(.at-left) iframe { inset-inline: auto; left: 0; } :host(.at-right) iframe { inset-inline: auto; right: 0; }
  .is-bare button { display: none; } .is-bare iframe { --under: 0px; }
  .is-open iframe { visibility: visible; opacity: 1; translate: 0 0; transition-delay: 0s; }
  @media (max-width: 34rem) { iframe, :host(.at-left) iframe, :host(.at-right) iframe { position: fixed; inset: 0; inline-size: 100%; block-size: 100%; border-radius: 0; } .is-open button { visibility: hidden; } }
  @media (prefers-reduced-motion: reduce) { *, *::before { transition: none !important; } }
  @media print { :host { display: none; } }`;

/** @typedef {{open: string, close: string, unread: string, title: string}} Words */
/** @typedef {{side?: string, bottom?: string, button?: string}} Place where it is: at the `left` or `right`, how far from the bottom; `button: 'none'`: the page has its own */

export class Launcher {
  isOpen = false;
  unread = 0;
  #host = document.createElement('div');
  #box = document.createElement('div');
  #badge = Object.assign(document.createElement('span'), { className: 'badge', hidden: true });
  #button = Object.assign(document.createElement('button'), { type: 'button' });
  /** @type {HTMLIFrameElement} */ frame;

  /** @param {string} src @param {Words} words @param {Place} place @param {() => void} onpress */
  constructor(src, words, { side, bottom, button }, onpress) {
    this.src = src;
    this.words = words;
    this.isBare = button === 'none';
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    const shadow = this.#host.attachShadow({ mode: 'open' });
    shadow.adoptedStyleSheets = [sheet];
    if (side === 'left' || side === 'right') this.#host.classList.add(`at-${side}`);
    if (bottom && CSS.supports('bottom', bottom)) this.#host.style.setProperty('--parlour-bottom', bottom);
    this.#button.append(drawing('talk', TALK), drawing('cross', CROSS), this.#badge);
    this.#button.addEventListener('click', onpress);
    this.frame = Object.assign(document.createElement('iframe'), { title: words.title, allow: 'clipboard-write' });
    this.#box.classList.toggle('is-bare', this.isBare);
    this.#box.append(this.#button);
    shadow.append(this.#box);
    this.#draw();
  }

  appear() {
    document.body.append(this.#host);
  }

  /** The frame comes, which says `load` once. */
  load() {
    this.frame.src = this.src;
    this.#box.append(this.frame);
  }

  /** Seen or not, it is there. @param {boolean} hidden */
  hide(hidden) {
    this.#host.hidden = hidden;
  }

  remove() {
    this.#host.remove();
  }

  /** @param {boolean} open @param {boolean} focus */
  show(open, focus) {
    this.isOpen = open;
    this.#box.classList.toggle('is-open', open);
    if (focus && open) this.frame.focus();
    else if (focus && !this.isBare) this.#button.focus();
    this.#draw();
  }

  /** @param {number} unread */
  count(unread) {
    this.unread = unread;
    this.#draw();
  }

  /** @param {string} colour */
  paint(colour) {
    this.#host.style.setProperty('--parlour-colour', colour);
  }

  #draw() {
    const { isOpen, unread, words } = this;
    this.#badge.textContent = unread > 99 ? '99+' : String(unread);
    this.#badge.hidden = unread === 0 || isOpen;
    this.#button.setAttribute('aria-expanded', String(isOpen));
    this.#button.setAttribute('aria-label', isOpen ? words.close : unread ? `${words.open} (${unread} ${words.unread})` : words.open);
  }
}

/** @param {string} name @param {string} line */
function drawing(name, line) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  for (const [key, value] of Object.entries({ viewBox: '0 0 24 24', 'aria-hidden': 'true', class: name })) svg.setAttribute(key, value);
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', line);
  svg.append(path);
  return svg;
}
