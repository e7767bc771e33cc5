/** The page `/widget`, in a frame of an application's page: the same messenger, small, signed in by that page. */
import { Failure } from '../core/failure.js';
import { Messenger } from '../core/messenger.js';
import { App, Opening } from './app.js';
import { Around } from './around.js';
import { dark } from './colour.js';
import { Desk } from './desk.js';
import { Ended, Word } from './ended.js';
import { Farewell } from './farewell.js';
import { application, dial, enter } from './door.js';
import { local } from './keep.js';
import { locale, sentence, t } from './language.js';
import { Parent } from './parent.js';
import { frameRoute } from './route.js';
import { AWAKE } from './idle.js';
import { Notices } from './notice.js';
import { Stay } from './stay.js';
import { html, render, useEffect, useEvent, useState } from './ui.js';

const root = /** @type {HTMLElement} */ (document.getElementById('client'));
const { app = '', origins = '' } = root.dataset;
document.documentElement.lang = locale;

const route = frameRoute(app);
/** @type {Stay|null} */ let stay = null;
/** Somebody was, or may have been, in this frame. */
let begun = false;
let ended = false;

const parent = new Parent(origins.split(' ').filter(Boolean), {
  onstart(start) {
    board.clear();
    stay?.end();
    [begun, ended] = [true, false];
    board.found = start.notices;
    stay = new Stay(app, start, async (lent) => (await parent.credential()) ?? (start.asks ? null : await lent.ask(start.user)), (made) => open(made, start.open));
    parent.tell('ready');
    draw();
  },
  onopen(open) {
    if (!stay) return;
    stay.desk.shown = open;
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
  onstop(named) {
    const last = stay ?? (begun ? null : Stay.last(app, named, (made) => open(made, false)));
    begun = true;
    quit();
    leave(last, named).then(() => parent.tell('gone'));
  },
});

const board = new Around((what, more) => parent.tell(what, more));

const farewell = new Farewell(app, (user) => {
  if (!user || stay?.user !== user) return;
  stay.signOut();
  ended = true;
  parent.tell('badge', { unread: 0 });
  quit();
});

/** Signs out whom the page names, and nobody else. @param {Stay|null} last @param {string|null} named */
async function leave(last, named) {
  if (named && last?.user && last.user !== named) last.end();
  else await last?.signOut((user) => farewell.say(user));
}

/** Whoever comes next must not be shown, or be led to, what was for this user. */
function quit() {
  stay = null;
  board.clear();
  draw();
}

/** The whole client in a window of its own, at the same place, signed in as here. */
async function enlarge() {
  const page = window.open('about:blank', '_blank');
  if (!page || !stay) return;
  const { desk, credentials } = stay;
  page.opener = null;
  try {
    const { token } = await enter(app, credentials.kept()?.token);
    const where = new URLSearchParams({ ticket: token, app, user: desk.messenger.id, ...(route.read() && { with: String(route.read()) }) });
    page.location.replace(`${location.origin}/#${where}`);
    parent.tell('close');
  } catch (cause) {
    page.close();
    desk.say(sentence(Failure.of(cause)), true);
  }
}

/** @param {Stay} stay @param {boolean} shown */
function open({ credentials }, shown) {
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
    if (stay?.desk !== made) return; // whoever leaves is not seen any more
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
    if (event.key === 'Escape' && !event.defaultPrevented && (ended || !stay || stay.desk.route.read() === null)) parent.tell('close');
  });
  if (ended) return html`<${Ended} app=${app} parent=${parent} />`;
  if (stay) return html`<${App} key=${stay.desk} desk=${stay.desk} />`;
  return late ? html`<${Word} parent=${parent} text=${window.parent === window ? t('widget.frame') : t('widget.foreign', { app })} />` : html`<${Opening} />`;
}

const draw = () => render(html`<${Frame} key=${String(ended)} />`, root);
draw();
