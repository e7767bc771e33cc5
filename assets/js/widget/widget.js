/**
 * Parlour in somebody else's page: a button with the number of unread messages, and the messenger in a frame.
 *
 *   <script src="https://im.example/widget.js" data-app="oa" data-ticket="…" data-user="anna"></script>
 *   Parlour.start({app: 'oa', user: 'anna', token: () => fetch('/parlour-token')})
 *   Parlour.open('user:ben')   Parlour.close()   await Parlour.stop()   await Parlour.stop({app: 'oa'})
 *
 * It works under a strict policy that allows this server as script-src and frame-src. All of the messenger is in the frame,
 * of this server's origin; the two talk as `client/parent.js` says. Served as one script, in a function of its own.
 */
import { Desktop } from './desktop.js';
import { Launcher } from './launcher.js';
import { Leaving } from './leaving.js';
import { opened } from './opened.js';

/** After so long a frame that has loaded and says nothing is none of ours. */
const PATIENCE = 5000;
/** Nobody was signed in: it is looked again when somebody comes back to the page, not sooner than after this. */
const PAUSE = 15_000;
const EVENT = 'parlour-unread';

/** @typedef {import('./launcher.js').Place} Place */
/** @typedef {Place & {app: string, user?: string, ticket?: string, token?: () => Promise<string|Response|null>, open?: boolean, locale?: string}} Options */
/** @typedef {{options: Options, launcher: Launcher, begun: number, loaded?: boolean, ready?: boolean, empty?: boolean, called?: boolean, party?: string}} Running `empty`: nobody is signed in; `called`: somebody opened it */

/** @param {HTMLScriptElement} script */
function install(script) {
  const origin = new URL(script.src).origin;
  const locale = script.dataset.locale || document.documentElement.lang || navigator.language;
  const chinese = locale.toLowerCase().startsWith('zh');
  const words = chinese ? { open: '打开消息', close: '关闭消息', unread: '条未读', title: '消息' } : { open: 'Open messages', close: 'Close messages', unread: 'unread', title: 'Messages' };
  /** @type {Running|null} */ let running = null;
  const leaving = new Leaving(origin);

  /** @param {string} what @param {object} [more] */
  const tell = (what, more = {}) => running?.loaded && running.launcher.frame.contentWindow?.postMessage({ parlour: what, ...more }, origin);

  const desktop = new Desktop((tag) => {
    show(true);
    tell('clicked', { tag });
  });

  /** @param {Options} options */
  function start(options) {
    if (!document.body) return void addEventListener('DOMContentLoaded', () => start(options), { once: true });
    remove();
    const launcher = made(options, () => show(!launcher.isOpen));
    const own = (running = /** @type {Running} */ ({ options, launcher, begun: Date.now() }));
    launcher.frame.addEventListener('load', () => {
      if (running !== own) return;
      own.loaded = true;
      tell('start', { user: options.user ?? null, ticket: options.ticket ?? null, asks: Boolean(options.token), open: launcher.isOpen, notices: desktop.right });
      if (own.party) tell('go', { party: own.party });
      setTimeout(() => running === own && !own.ready && missing(), PATIENCE);
    });
    come(launcher);
    if (options.open ?? (opened(options) && !matchMedia('(max-width: 34rem)').matches)) show(true, undefined, false);
  }

  /** @param {Options} options @param {() => void} [onpress] */
  function made(options, onpress = () => {}) {
    const src = `${origin}/widget?${new URLSearchParams({ app: options.app, lang: options.locale ?? locale })}`;
    return new Launcher(src, words, options, onpress);
  }

  /** @param {Launcher} launcher */
  function come(launcher) {
    launcher.appear();
    leaving.after(() => launcher.load());
  }

  /** The browser does not show the frame: a button that opens nothing helps nobody. */
  function missing() {
    if (!running) return;
    const { launcher, options } = running;
    tell('open', { open: false }); // it may only be late
    launcher.show(false, false);
    launcher.hide(true);
    console.warn(`Parlour: the frame does not answer, so there is no button. Is ${location.origin} among the origins of the application "${options.app}"?`);
  }

  /** @param {boolean} open @param {string} [party] whose conversation to show: `user:<id>`, `application`, `conversation:<id>` @param {boolean} [focus] */
  function show(open, party, focus = true) {
    if (!running) return;
    const { launcher } = running;
    if (party) tell('go', { party });
    running.party = party;
    running.called ||= focus;
    if (open) launcher.hide(false); // also where nobody is signed in: then it says so
    if (launcher.isOpen === open) return;
    tell('open', { open });
    launcher.show(open, focus);
    opened(running.options, open);
    if (!open && running.empty) launcher.hide(true);
  }

  /** The page may have a button of its own. @param {number} unread */
  function count(unread) {
    running?.launcher.count(unread);
    dispatchEvent(new CustomEvent(EVENT, { detail: { unread } }));
  }

  /** A page where nobody is signed in has no use for a button. */
  function empty() {
    if (!running || running.empty) return;
    running.empty = true;
    if (running.called) return; // whoever asked for it is told so in it
    running.launcher.show(false, false);
    running.launcher.hide(true);
    console.info(`Parlour: nobody is signed in to "${running.options.app}", so there is no button.`);
  }

  let moved = 0;
  /** Somebody is at this page; the frame does not see it. */
  function awake() {
    if (Date.now() - moved < 15_000) return;
    moved = Date.now();
    tell('awake');
  }
  for (const name of ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart']) addEventListener(name, awake, { capture: true, passive: true });
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible' && running?.empty && !running.launcher.isOpen && Date.now() - running.begun > PAUSE) start(running.options);
  });

  /** Takes the widget away, and what it put on the desktop: it was for who was signed in. @returns {Running|null} what was there */
  function remove() {
    desktop.clear();
    const was = running;
    running = null;
    was?.launcher.remove();
    return was;
  }

  /** The user signs out, also on a page whose frame is not there yet, or that has none and says of which application. @param {Partial<Options>} [options] @returns {Promise<unknown>} over */
  function stop(options = {}) {
    if (!document.body) return new Promise((resolve) => addEventListener('DOMContentLoaded', () => resolve(stop(options)), { once: true }));
    const { app, user } = options;
    if (running && names(app, running.options.app) && names(user, running.options.user)) {
      const { launcher, loaded, options: own } = running;
      opened(own, false);
      if (launcher.unread) count(0);
      launcher.hide(true);
      desktop.clear();
      running = null;
      leaving.add(launcher, loaded ?? false, own.user ?? user);
    } else if (app) {
      const launcher = made({ ...options, app });
      launcher.hide(true);
      come(launcher);
      leaving.add(launcher, false, user);
    }
    return leaving.over;
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
    if (!running || event.origin !== origin || event.source !== running.launcher.frame.contentWindow) return;
    const said = event.data;
    if (!running.ready && !running.empty) running.launcher.hide(false);
    running.ready = true;
    if (said?.parlour === 'badge' && Number.isInteger(said.unread)) count(said.unread);
    else if (said?.parlour === 'close') show(false);
    else if (said?.parlour === 'nobody') empty();
    else if (said?.parlour === 'notices?' && desktop.right === 'default') Notification.requestPermission().finally(() => tell('notices', { notices: desktop.right }));
    else if (said?.parlour === 'notices?') tell('notices', { notices: desktop.right });
    else if (said?.parlour === 'notice' && [said.tag, said.title, said.body].every((one) => typeof one === 'string')) desktop.show(said.tag, said.title, said.body);
    else if (said?.parlour === 'hush') desktop.hush(said.tag);
    else if (said?.parlour === 'credential?' && Number.isInteger(said.id)) credential(said.id);
    else if (said?.parlour === 'brand' && /^#[0-9a-f]{3,8}$/i.test(said.colour)) running.launcher.paint(said.colour);
  });

  const open = (/** @type {string} */ party) => show(true, typeof party === 'string' ? party : undefined);
  Object.assign(window, { Parlour: Object.freeze({ start, stop, open, close: () => show(false), toggle: () => show(!running?.launcher.isOpen) }) });
  const { app, ticket, user, side, bottom, button } = script.dataset;
  if (app) start({ app, side, bottom, button, ...(ticket && { ticket }), ...(user && { user }) });
}

/** Whoever says nothing means this one. @param {string|undefined} asked @param {string|undefined} one */
const names = (asked, one) => !asked || !one || asked === one;

const script = /** @type {HTMLScriptElement|null} */ (document.currentScript);
if (script && !('Parlour' in window)) install(script);
