/** The page `/widget`, in a frame of an application's page: the same messenger, small, signed in by that page. */
import { Credentials, keptFor } from '../core/credential.js';
import { Failure } from '../core/failure.js';
import { Messenger } from '../core/messenger.js';
import { App, Opening } from './app.js';
import { Around } from './around.js';
import { Lent } from './cookie.js';
import { dark } from './colour.js';
import { Desk } from './desk.js';
import { Ended, Word } from './ended.js';
import { Farewell } from './farewell.js';
import { application, dial, enter, signOut } from './door.js';
import { local, session } from './keep.js';
import { locale, sentence, t } from './language.js';
import { Parent } from './parent.js';
import { frameRoute } from './route.js';
import { AWAKE } from './idle.js';
import { Notices } from './notice.js';
import { html, render, useEffect, useEvent, useState } from './ui.js';

const root = /** @type {HTMLElement} */ (document.getElementById('client'));
const { app = '', origins = '' } = root.dataset;
document.documentElement.lang = locale;

/** What is on its way when somebody signs out has so long. */
const PATIENCE = 2000;

const route = frameRoute(app);
/** @type {Desk|null} */ let desk = null;
/** @type {Credentials|null} */ let credentials = null;
let ended = false;
/** For a page that has no way of its own to say who is signed in. */
const lent = new Lent(app, () => desk?.messenger.connection.nudge());

const parent = new Parent(origins.split(' ').filter(Boolean), {
  onstart(start) {
    leave();
    ended = false;
    board.found = start.notices;
    begin(start);
    parent.tell('ready');
    draw();
  },
  onopen(open) {
    if (!desk) return;
    desk.shown = open;
    dispatchEvent(new Event('parlour-shown'));
    // on a phone that would raise the keyboard over what is to be read
    if (open && matchMedia('(pointer: fine)').matches) requestAnimationFrame(() => /** @type {HTMLElement|null} */ (document.querySelector('.composer textarea, .search input'))?.focus());
  },
  onawake: () => dispatchEvent(new Event(AWAKE)),
  onnotices(found) {
    board.take(found);
  },
  onclick: (tag) => board.clicked(tag),
  ongo(party) {
    if (/^(application$|user:.|conversation:[0-9]+$)/.test(party)) route.go(party);
  },
  onstop(user) {
    const whose = keptFor(app, session) ?? user;
    const isFirst = !credentials;
    if (isFirst && whose) begin({ user: whose, ticket: null, asks: true, open: false, notices: 'none' });
    if (desk?.messenger.id) farewell.say(desk.messenger.id);
    quit(isFirst).then(() => parent.tell('gone'));
    draw();
  },
});

/** @param {import('./parent.js').Start} start */
function begin(start) {
  credentials = new Credentials(app, start, async () => (await parent.credential()) ?? (start.asks ? null : await lent.ask(start.user)), session);
  desk = open(credentials, start.open);
}

const board = new Around((what, more) => parent.tell(what, more));

const farewell = new Farewell(app, (user) => {
  if (!user || desk?.messenger.id !== user) return;
  quit();
  ended = true;
  parent.tell('badge', { unread: 0 });
  draw();
});

/** Signs out: at the server too. What was written a moment ago may leave first; nothing stays behind, also where the page goes meanwhile. @param {boolean} [isFirst] nobody knows what was lent to the page before */
async function quit(isFirst = false) {
  const [left, token, lends] = [desk, credentials?.kept()?.token, lent.is || isFirst];
  left?.trays.clear(); // the server takes back what was not sent as long as it knows who asks
  credentials?.forget();
  desk = null;
  fall(left);
  let over = false;
  const end = () => {
    if (over) return;
    over = true;
    if (token || lends) signOut(app, token).catch(() => {});
    left?.clear();
    left?.end();
  };
  addEventListener('pagehide', end, { once: true });
  if (left) await left.drained(PATIENCE);
  end();
}

/** Whoever comes next must not be shown, or be led to, what was for this user. */
function leave() {
  fall(desk);
  desk?.end();
}

/** Nothing is shown of this user any more. @param {Desk|null} left */
function fall(left) {
  lent.stop();
  if (left) left.notices = null;
  board.clear();
}

/** The whole client in a window of its own, at the same place, signed in as here. */
async function enlarge() {
  const page = window.open('about:blank', '_blank');
  if (!page || !desk) return;
  page.opener = null;
  try {
    const { token } = await enter(app, credentials?.kept()?.token);
    const where = new URLSearchParams({ ticket: token, app, user: desk.messenger.id, ...(route.read() && { with: String(route.read()) }) });
    page.location.replace(`${location.origin}/#${where}`);
    parent.tell('close');
  } catch (cause) {
    page.close();
    desk.say(sentence(Failure.of(cause)), true);
  }
}

/** @param {Credentials} credentials @param {boolean} shown */
function open(credentials, shown) {
  const messenger = new Messenger({
    app,
    user: credentials.start.user ?? undefined,
    dial,
    store: local,
    client: { name: 'widget', version: '1', locale },
    token: (why) => credentials.token(why),
    onwelcome: (welcome) => credentials.keep(welcome),
    onmessage: (message) => made.notices?.heard(message),
  });
  let badge = -1;
  let colour = '';
  messenger.signal.listen(() => {
    made.notices?.tidy();
    const { phase, code = '' } = messenger.link;
    if (phase === 'stopped' && code === 'conflict') console.warn('Parlour: the ticket or token is of another user than the page says (`user`, `data-user`)');
    if (phase === 'stopped' && ['conflict', 'unauthenticated', 'expired', 'forbidden'].includes(code)) {
      ended = true;
      draw();
      if (code === 'unauthenticated' && !messenger.me && !credentials.start.ticket) nobody();
    }
    const brand = messenger.application;
    if (brand && colour !== (colour = brand.colour ?? '')) parent.tell('brand', { colour: dark(colour) ?? '', name: brand.name });
    if (messenger.replica.complete && badge !== (badge = made.unread)) parent.tell('badge', { unread: badge });
  });
  const made = new Desk({ messenger, app, bearer: () => credentials.kept()?.token, mode: 'frame', route, close: () => parent.tell('close'), enlarge });
  made.shown = shown;
  made.notices = new Notices(made, board);
  messenger.start();
  return made;
}

/** Nobody was signed in when the page came: where nobody can do that here, there is nothing to be shown. */
async function nobody() {
  const provider = await application(app).then((brand) => brand.provider, () => null);
  if (!provider) parent.tell('nobody');
}

function Frame() {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 8000);
    return () => clearTimeout(timer);
  }, []);
  useEvent(window, 'keydown', (/** @type {KeyboardEvent} */ event) => {
    if (event.key === 'Escape' && !event.defaultPrevented && (ended || !desk || desk.route.read() === null)) parent.tell('close');
  });
  if (ended) return html`<${Ended} app=${app} parent=${parent} />`;
  if (desk) return html`<${App} key=${desk} desk=${desk} />`;
  return late ? html`<${Word} parent=${parent} text=${window.parent === window ? t('widget.frame') : t('widget.foreign', { app })} />` : html`<${Opening} />`;
}

const draw = () => render(html`<${Frame} key=${String(ended)} />`, root);
draw();
