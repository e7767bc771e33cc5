/**
 * Parlour in somebody else's page: a button with the number of unread messages, and the messenger in a frame.
 *
 *   <script src="https://im.example/widget.js" data-app="oa" data-ticket="…" data-user="anna"></script>
 *   Parlour.start({app: 'oa', user: 'anna', token: () => fetch('/parlour-token')})
 *   Parlour.open('user:ben')   Parlour.close()   Parlour.stop()
 *
 * Writes no markup and no style attribute, so that it works under a strict policy that allows this server as script-src
 * and frame-src. All of the messenger is in the frame, of this server's origin; the two talk as `client/parent.js` says.
 */
(() => {
  const script = /** @type {HTMLScriptElement|null} */ (document.currentScript);
  if (!script || 'Parlour' in window) return;
  const origin = new URL(script.src).origin;
  const locale = script.dataset.locale || document.documentElement.lang || navigator.language;
  const chinese = locale.toLowerCase().startsWith('zh');
  const words = chinese ? { open: '打开消息', close: '关闭消息', unread: '条未读', title: '消息' } : { open: 'Open messages', close: 'Close messages', unread: 'unread', title: 'Messages' };

  const PATIENCE = 10_000;
  const TALK = 'M20 11.5c0 4.1-3.6 7.5-8 7.5-1.2 0-2.4-.3-3.4-.7L4 19.5l1.2-3.7A7.1 7.1 0 0 1 4 11.5C4 7.4 7.6 4 12 4s8 3.4 8 7.5Z';
  const CROSS = 'M6 9.5l6 6 6-6';
  const style = `
    :host { all: initial; position: fixed; inset-block-end: 1.25rem; inset-inline-end: 1.25rem; z-index: 2147483000; font: 600 13px/1 system-ui, sans-serif; color-scheme: light dark; }
    button { all: unset; position: relative; box-sizing: border-box; display: grid; place-items: center; inline-size: 3.5rem; block-size: 3.5rem; border-radius: 50%; cursor: pointer;
      color: #fff; background: var(--parlour-colour, #2f5fd0); box-shadow: 0 2px 6px #0003, 0 8px 24px #0003; transition: scale 120ms ease-out; }
    button:hover { scale: 1.05; }
    button:focus-visible { outline: 3px solid #fff; box-shadow: 0 0 0 6px var(--parlour-colour, #2f5fd0); }
    svg { inline-size: 1.625rem; block-size: 1.625rem; fill: none; stroke: currentColor; stroke-width: 1.75; stroke-linecap: round; stroke-linejoin: round; }
    button > * { grid-area: 1 / 1; }
    .cross, .is-open .talk { display: none; } .is-open .cross { display: block; }
    .badge { position: absolute; inset-block-start: -0.25rem; inset-inline-end: -0.25rem; min-inline-size: 1.375rem; box-sizing: border-box; padding: 0 0.375rem; border-radius: 0.75rem; background: #c62828; color: #fff; line-height: 1.375rem; text-align: center; } .badge[hidden] { display: none; }
    iframe { position: absolute; inset-block-end: 4.5rem; inset-inline-end: 0; inline-size: min(24.5rem, calc(100vw - 2.5rem)); block-size: min(40rem, calc(100vh - 7.5rem)); border: 0; border-radius: 1rem;
      background: Canvas; box-shadow: 0 0 0 1px light-dark(#0000001a, #ffffff29), 0 12px 48px #0000004d; visibility: hidden; opacity: 0; translate: 0 0.5rem; transition: opacity 140ms ease-out, translate 140ms ease-out, visibility 0s 140ms; }
    .is-open iframe { visibility: visible; opacity: 1; translate: 0 0; transition-delay: 0s; }
    @media (max-width: 34rem) { iframe { position: fixed; inset: 0; inline-size: 100%; block-size: 100%; border-radius: 0; } .is-open button { visibility: hidden; } }
    @media (prefers-reduced-motion: reduce) { *, *::before { transition: none !important; } }
    @media print { :host { display: none; } }`;

  /** @typedef {{app: string, user?: string, ticket?: string, token?: () => Promise<string|Response|null>, open?: boolean, locale?: string}} Options */
  /** @type {{options: Options, host: HTMLElement, box: HTMLElement, button: HTMLButtonElement, badge: HTMLElement, frame: HTMLIFrameElement, open: boolean, loaded?: boolean, ready?: boolean, party?: string}|null} */
  let running = null;

  /** @param {string} what @param {object} [more] */
  const tell = (what, more = {}) => running?.loaded && running.frame.contentWindow?.postMessage({ parlour: what, ...more }, origin);

  /** @param {Options} options */
  function start(options) {
    stop(false);
    if (!document.body) return void addEventListener('DOMContentLoaded', () => start(options), { once: true });
    const host = document.createElement('div');
    const shadow = host.attachShadow({ mode: 'open' });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
    shadow.adoptedStyleSheets = [sheet];
    const box = document.createElement('div');
    const button = Object.assign(document.createElement('button'), { type: 'button' });
    const badge = Object.assign(document.createElement('span'), { className: 'badge', hidden: true });
    button.append(drawing('talk', TALK), drawing('cross', CROSS), badge);
    const src = `${origin}/widget?${new URLSearchParams({ app: options.app, lang: options.locale ?? locale })}`;
    const frame = Object.assign(document.createElement('iframe'), { title: words.title, allow: 'clipboard-write', src });
    box.append(button, frame);
    shadow.append(box);
    running = { options, host, box, button, badge, frame, open: false };
    button.addEventListener('click', () => show(!running?.open));
    frame.addEventListener('load', () => {
      if (running?.frame === frame) running.loaded = true;
      tell('start', { user: options.user ?? null, ticket: options.ticket ?? null, asks: Boolean(options.token), open: running?.open ?? false, notices: right() });
      if (running?.party) tell('go', { party: running.party });
      setTimeout(() => running?.frame === frame && !running.ready && console.warn(`Parlour: the frame does not answer. Is ${location.origin} among the origins of the application "${options.app}"?`), PATIENCE);
    });
    label(0);
    document.body.append(host);
    if (options.open ?? (kept() && !matchMedia('(max-width: 34rem)').matches)) show(true, undefined, false);
  }

  /** Whether this user's messenger is open, in all pages of this tab; not opened again where it would cover the page. @param {boolean} [open] */
  function kept(open) {
    const key = `parlour/open/${running?.options.app}/${running?.options.user ?? ''}`;
    try {
      return (open === undefined ? sessionStorage.getItem(key) : (sessionStorage[key] = String(open))) === 'true';
    } catch {
      return false; // a page may have no storage
    }
  }

  /** @param {boolean} open @param {string} [party] whose conversation to show: `user:<id>`, `application`, `conversation:<id>` @param {boolean} [focus] */
  function show(open, party, focus = true) {
    if (!running) return;
    if (party) tell('go', { party });
    running.party = party;
    if (running.open === open) return;
    running.open = open;
    running.box.classList.toggle('is-open', open);
    running.button.setAttribute('aria-expanded', String(open));
    tell('open', { open });
    kept(open);
    if (focus) (open ? running.frame : running.button).focus();
    label(Number(running.badge.dataset.unread ?? 0));
  }

  /** @param {number} unread */
  function label(unread) {
    if (!running) return;
    const { badge, button, open } = running;
    badge.dataset.unread = String(unread);
    badge.textContent = unread > 99 ? '99+' : String(unread);
    badge.hidden = unread === 0 || open;
    button.setAttribute('aria-label', open ? words.close : unread ? `${words.open} (${unread} ${words.unread})` : words.open);
  }

  const right = () => ('Notification' in window && isSecureContext ? Notification.permission : 'none');
  /** @type {Map<string, Notification>} */
  const notices = new Map();

  /** On the desktop, where nobody looks at this page. @param {string} tag @param {string} title @param {string} body */
  function notice(tag, title, body) {
    if (right() !== 'granted' || (document.visibilityState === 'visible' && document.hasFocus())) return;
    try {
      const made = new Notification(title, { tag: `parlour/${tag}`, body, silent: true, dir: 'auto' });
      notices.set(tag, made);
      made.onclick = () => {
        window.focus();
        show(true);
        tell('clicked', { tag });
      };
    } catch {
      // a phone's browser has notices only for what is installed
    }
  }

  let moved = 0;
  /** Somebody is at this page; the frame does not see it. */
  function awake() {
    if (Date.now() - moved < 15_000) return;
    moved = Date.now();
    tell('awake');
  }
  for (const name of ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart']) addEventListener(name, awake, { capture: true, passive: true });

  function hush(/** @type {string} */ tag) {
    notices.get(tag)?.close();
    notices.delete(tag);
  }

  /** Takes the widget away, and what it put on the desktop: it was for who was signed in. @param {boolean} [forget] also ends what is kept for this tab (the user signs out) */
  function stop(forget = true) {
    for (const tag of notices.keys()) hush(tag);
    if (!running) return;
    const { host } = running;
    if (forget) tell('stop');
    if (forget) kept(false);
    running = null;
    if (forget) host.hidden = true;
    setTimeout(() => host.remove(), forget ? 500 : 0);
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

  /** @param {number} id */
  async function credential(id) {
    const asked = running;
    let [value, failed] = [/** @type {any} */ (null), false];
    try {
      value = (await asked?.options.token?.()) ?? null;
      if (value instanceof Response && value.ok) value = await value.text();
      else if (value instanceof Response && [401, 403].includes(value.status)) value = null;
      else if (value instanceof Response) throw new Error(`it was answered ${value.status}`);
    } catch (cause) {
      [value, failed] = [null, true];
      console.warn('Parlour: token() failed, and is asked again', cause);
    }
    if (asked === running) tell('credential', { id, kind: 'token', value, failed });
  }

  addEventListener('message', (event) => {
    if (!running || event.origin !== origin || event.source !== running.frame.contentWindow) return;
    const said = event.data;
    running.ready = true;
    if (said?.parlour === 'badge' && Number.isInteger(said.unread)) label(said.unread);
    else if (said?.parlour === 'close') show(false);
    else if (said?.parlour === 'notices?' && right() === 'default') Notification.requestPermission().finally(() => tell('notices', { notices: right() }));
    else if (said?.parlour === 'notices?') tell('notices', { notices: right() });
    else if (said?.parlour === 'notice' && [said.tag, said.title, said.body].every((one) => typeof one === 'string')) notice(said.tag, said.title, said.body);
    else if (said?.parlour === 'hush') hush(said.tag);
    else if (said?.parlour === 'credential?' && Number.isInteger(said.id)) credential(said.id);
    else if (said?.parlour === 'brand' && /^#[0-9a-f]{3,8}$/i.test(said.colour)) running.host.style.setProperty('--parlour-colour', said.colour);
  });

  Object.assign(window, { Parlour: Object.freeze({ start, stop: () => stop(), open: (/** @type {string} */ party) => show(true, typeof party === 'string' ? party : undefined), close: () => show(false) }) });
  const { app, ticket, user } = script.dataset;
  if (app) start({ app, ...(ticket && { ticket }), ...(user && { user }) });
})();
