/** The whole of a signed-in user's screen: the sides, the open conversation, toasts, the number in the title. */
import { Chat } from './chat.js';
import { useNoDrop } from './drop.js';
import { Icon, IconButton } from './icon.js';
import { watchIdle } from './idle.js';
import { watchReach } from './reach.js';
import { t } from './language.js';
import { paint } from './colour.js';
import { DeskContext, html, useDesk, useEffect, useEvent, useLayoutEffect, useState } from './ui.js';
import { Sidebar } from './sidebar.js';

/** @param {{desk: import('./desk.js').Desk}} props */
export function App({ desk }) {
  const { messenger, route } = desk;
  const [, draw] = useState(0);
  // at once and not after the next frame: the rows may be here before the browser has painted
  useLayoutEffect(() => {
    const again = () => draw((n) => n + 1);
    const stops = [messenger.signal.listen(again), route.listen(again), watchIdle((idle) => messenger.presence.rest(idle)), watchReach(desk)];
    again();
    return () => stops.forEach((stop) => stop());
  }, [desk]);
  useEvent(document, 'visibilitychange', () => document.visibilityState === 'visible' && messenger.connection.nudge());
  useEvent(window, 'beforeunload', (/** @type {Event} */ event) => (desk.trays.busy || desk.parcels.busy) && event.preventDefault());
  useNoDrop();
  const colour = messenger.application?.colour;
  useEffect(() => paint(colour, document.documentElement), [colour]);

  const name = messenger.application?.name ?? '';
  const unread = desk.unread;
  useEffect(() => {
    document.title = unread > 0 ? `(${unread}) ${name}` : name || document.title;
  }, [unread, name]);

  if (!messenger.replica.complete) return html`<${Opening} />`;
  const party = route.read();
  const known = party !== null && (party === 'application' || party.startsWith('user:') || messenger.conversation(party) !== undefined);
  return html`
    <${DeskContext.Provider} value=${desk}>
      <div class=${`app app-${desk.mode}`} data-open=${known ? 'chat' : 'list'}>
        <${Sidebar} current=${known ? party : null} />
        <main class="main">${known ? html`<${Chat} key=${party} party=${party} />` : html`<${Nothing} />`}</main>
        <${Toasts} />
      </div>
    <//>`;
}

/** The picture before the first rows come. */
export const Opening = () => html`
  <div class="app app-opening" aria-busy="true">
    <aside class="side">${Array.from({ length: 8 }, (_, at) => html`<div key=${at} class="bone-row"><span class="bone bone-face"></span><span class="bone"></span></div>`)}</aside>
    <main class="main"></main><p class="hidden" role="status">${t('link.trying')}</p>
  </div>`;

const Nothing = () => html`<div class="empty empty-main"><${Icon} name="talk" /><h1>${t('main.title')}</h1><p>${t('main.text')}</p>
  <p class="empty-keys"><kbd>Ctrl K</kbd> ${t('keys.find')} <kbd>↑</kbd> ${t('keys.edit')} <kbd>Esc</kbd> ${t('keys.cancel')}</p></div>`;

function Toasts() {
  const desk = useDesk();
  return html`<div class="toasts" role="status" aria-live="polite">
    ${desk.toasts.map((toast) => html`<div key=${toast.id} class=${`toast ${toast.bad ? 'is-bad' : ''}`}>
      ${toast.bad && html`<${Icon} name="alert" />`}<span>${toast.text}</span><${IconButton} name="close" label=${t('close')} onClick=${() => desk.hush(toast.id)} /></div>`)}
  </div>`;
}
