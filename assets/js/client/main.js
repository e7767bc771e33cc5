/** The page `/`: finds out who is there (a cookie, a link with a ticket, a form) and opens the messenger. */
import { Failure } from '../core/failure.js';
import { Messenger } from '../core/messenger.js';
import { addressRoute } from './route.js';
import { App, Opening } from './app.js';
import { Confirm } from './dialog.js';
import { Desk } from './desk.js';
import * as door from './door.js';
import { Icon } from './icon.js';
import { local } from './keep.js';
import { locale, sentence, t } from './language.js';
import { Asking } from './asking.js';
import { desktop, Notices } from './notice.js';
import * as provider from './provider.js';
import { SignIn } from './sign-in.js';
import { html, render, useEffect, useState } from './ui.js';

/** @typedef {{at: 'opening'} | {at: 'form', reason: import('./sign-in.js').Reason, failure?: Failure} | {at: 'ask', entry: door.Entry} | {at: 'inside', desk: Desk} | {at: 'broken', reason: string}} Place */

document.documentElement.lang = locale;
/** The other windows notice within this, or when they are looked at again. */
const LEFT = 60_000;
let back = provider.arrive();
const asked = new URLSearchParams(location.search).get('app');
const link = takeTicket();

/** A link's ticket must not stay in the address, where it could be copied; the conversation that it opens may. @returns {{ticket: string, app: string|null, user: string|null}|null} */
function takeTicket() {
  const parts = new URLSearchParams(location.hash.slice(1));
  const ticket = parts.get('ticket');
  if (ticket === null) return null;
  const party = parts.get('with');
  history.replaceState(null, '', location.pathname + location.search + (party ? `#with=${encodeURIComponent(party)}` : ''));
  return { ticket, app: parts.get('app'), user: parts.get('user') };
}

function Page() {
  const [place, setPlace] = useState(/** @type {Place} */ ({ at: 'opening' }));
  const app = link?.app ?? asked ?? local.get('app');

  /** @param {unknown} cause */
  const fail = (cause) => {
    const failure = Failure.of(cause);
    if (failure.code === 'unauthenticated') setPlace({ at: 'form', reason: '' });
    else setPlace({ at: 'broken', reason: sentence(failure) });
  };
  /** @param {door.Entry} entry @param {string} id */
  const inside = (entry, id) => {
    local.set('app', id);
    setPlace({ at: 'inside', desk: open(entry, id, (reason) => setPlace({ at: 'form', reason })) });
  };
  const enter = async () => {
    const brought = back;
    back = null; // it is good once
    try {
      if (brought) await provider.redeem(brought);
    } catch (cause) {
      const failure = Failure.of(cause);
      const inside = failure.code === 'conflict' && (await door.enter(app).catch(() => null)); // an old link, and somebody is signed in
      if (!inside) return setPlace({ at: 'form', reason: 'provider', failure });
    }
    try {
      const entry = await door.enter(app);
      const id = entry.app ?? app ?? (await door.application(null)).id;
      if (link && !(link.user !== null && link.user === entry.user?.id)) return setPlace({ at: 'ask', entry });
      inside(entry, id);
    } catch (cause) {
      const failure = Failure.of(cause);
      if (link && failure.code === 'unauthenticated') return useLink();
      if (failure.code === 'unauthenticated') return byCookie();
      fail(failure);
    }
  };
  /** Nobody is signed in here: perhaps the application knows who this is. */
  const byCookie = async () => {
    try {
      const id = app ?? (await door.application(null)).id;
      const entry = await door.whoAmI(id);
      if (entry) inside(entry, id);
      else setPlace({ at: 'form', reason: '' });
    } catch (cause) {
      const failure = Failure.of(cause);
      if (failure.code === 'disconnected') fail(failure);
      else setPlace({ at: 'form', reason: '' });
    }
  };
  const useLink = async () => {
    try {
      const id = link?.app ?? app ?? (await door.application(null)).id;
      await door.signIn({ app: id, ticket: link?.ticket ?? '' });
      inside(await door.enter(id), id);
    } catch (cause) {
      const failure = Failure.of(cause);
      if (failure.code === 'disconnected') fail(failure);
      else setPlace({ at: 'form', reason: 'spent' });
    }
  };
  useEffect(() => void enter(), []);

  if (place.at === 'opening') return html`<${Opening} />`;
  if (place.at === 'inside') return html`<${App} key=${place.desk} desk=${place.desk} />`;
  if (place.at === 'form') return html`<${SignIn} key=${place.reason} app=${app} reason=${place.reason} failure=${place.failure} onin=${(/** @type {string} */ id) => door.enter(id).then((entry) => inside(entry, id), fail)} />`;
  if (place.at === 'ask') {
    const { entry } = place;
    const name = entry.user?.name ?? '';
    const stay = () => inside(entry, entry.app ?? app ?? '');
    return html`<${Opening} /><${Confirm} calm title=${t('sign.other')} text=${t('sign.other.text', { name })} action=${t('sign.other.do')} stay=${t('sign.other.stay', { name })} onyes=${useLink} onclose=${stay} />`;
  }
  return html`<main class="door"><div class="door-card"><div class="door-mark"><${Icon} name="alert" /></div><h1>${t('broken.title')}</h1><p class="door-text">${place.reason}</p>
    <button type="button" class="button button-accent button-wide" onClick=${() => (setPlace({ at: 'opening' }), enter())}>${t('link.again')}</button></div></main>`;
}

/**
 * @param {door.Entry} entry the one-time token that is at hand
 * @param {string} app @param {(reason: import('./sign-in.js').Reason) => void} onout
 */
function open(entry, app, onout) {
  let token = entry.token;
  const messenger = new Messenger({
    app,
    dial: door.dial,
    store: local,
    client: { name: 'web', version: '1', locale },
    onmessage: (message) => notices.heard(message),
    token: async () => {
      const ready = token || ((entry.ask_again && (await door.whoAmI(app))) || (await door.enter(app))).token;
      token = '';
      return ready;
    },
  });
  const asking = entry.ask_again ? new Asking(app, entry.user?.id ?? '', () => messenger.connection.nudge()) : null;
  const stop = messenger.signal.listen(() => {
    notices.tidy();
    const { phase, code = '' } = messenger.link;
    if (phase === 'stopped' && code === 'conflict') return location.reload(); // somebody else has signed in in another tab
    if (phase !== 'stopped' || !['unauthenticated', 'expired', 'forbidden'].includes(code)) return;
    stop();
    asking?.stop();
    onout(code === 'forbidden' ? 'forbidden' : Date.now() - Number(local.get(`left/${app}`)) < LEFT ? 'left' : 'ended');
  });
  const signOut = async () => {
    local.set(`left/${app}`, String(Date.now())); // for other windows, whose connection ends too
    try {
      await door.signOut(app);
    } catch (cause) {
      // whoever walks away now would leave the session behind
      if (Failure.of(cause).code !== 'unauthenticated') return desk.say(t('sign.out.failed'), true);
    }
    desk.clear();
    stop();
    asking?.stop();
    desk.end();
    onout('');
  };
  const desk = new Desk({ messenger, app, mode: 'page', route: addressRoute(), signOut });
  const notices = (desk.notices = new Notices(desk, desktop));
  messenger.start();
  return desk;
}

const root = /** @type {HTMLElement} */ (document.getElementById('client'));
root.replaceChildren();
render(html`<${Page} />`, root);
