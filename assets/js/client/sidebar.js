/** The left side: who I am, search, conversations and contacts. */
import { Chats } from './chats.js';
import { Contacts, Found } from './contacts.js';
import { Icon, IconButton } from './icon.js';
import { t } from './language.js';
import { LinkBar } from './link-bar.js';
import { Me } from './me.js';
import { RoomDialog } from './room-dialog.js';
import { html, useDesk, useEvent, useName, useRef, useState } from './ui.js';

/** @param {{current: string|null}} props */
export function Sidebar({ current }) {
  const desk = useDesk();
  const { messenger } = desk;
  const [chosen, setTab] = useState(/** @type {'chats'|'contacts'|null} */ (null));
  const tab = chosen ?? ([...messenger.rows.conversations.values()].some(({ id, kind }) => kind === 'room' || messenger.rows.timeline(id).length) ? 'chats' : 'contacts');
  const [text, setText] = useState('');
  const [making, setMaking] = useState(false);
  const box = /** @type {import('preact').RefObject<HTMLInputElement>} */ (useRef(/** @type {any} */ (null)));
  const names = useName('side');
  useEvent(window, 'keydown', (/** @type {KeyboardEvent} */ event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'k') return;
    event.preventDefault();
    desk.route.go(null);
    box.current?.focus();
  });

  /** @param {KeyboardEvent} event */
  const onkey = (event) => {
    if (event.key === 'Escape' && text) {
      event.stopPropagation();
      setText('');
    } else if (event.key === 'ArrowDown' || event.key === 'Enter') {
      const list = box.current?.closest('.side')?.querySelector('.windowed');
      const goal = /** @type {HTMLElement|null|undefined} */ (event.key === 'Enter' ? list?.querySelector('.windowed-row') : list);
      event.key === 'Enter' ? text.trim() && goal?.click() : goal?.focus();
      event.preventDefault();
    }
  };
  /** @param {'chats'|'contacts'} name @param {any} label */
  const tabButton = (name, label) => html`
    <button type="button" role="tab" id=${`${names}-${name}`} aria-selected=${tab === name ? 'true' : 'false'} aria-controls=${names}
      tabindex=${tab === name ? 0 : -1} onClick=${() => setTab(name)} onKeyDown=${turn}>${label}</button>`;
  /** @param {KeyboardEvent} event */
  const turn = (event) => {
    if (event.key !== 'ArrowRight' && event.key !== 'ArrowLeft') return;
    const next = tab === 'chats' ? 'contacts' : 'chats';
    setTab(next);
    document.getElementById(`${names}-${next}`)?.focus();
  };
  const unread = desk.unread;
  const empty = html`<div class="empty empty-small"><${Icon} name="talk" /><p>${t('chats.none')}</p>
    <button type="button" class="button" onClick=${() => setTab('contacts')}>${t('chats.none.do')}</button></div>`;

  return html`
    <aside class="side" aria-label=${t('side.label')}>
      <header class="side-head"><${Me} /><${IconButton} name="plus" label=${t('room.new')} onClick=${() => setMaking(true)} />
        ${desk.enlarge && html`<${IconButton} name="away" label=${t('widget.away')} onClick=${desk.enlarge} />`}
        ${desk.close && html`<${IconButton} name="close" label=${t('close')} onClick=${desk.close} />`}</header>
      <${LinkBar} />
      <div class="search" role="search">
        <${Icon} name="search" />
        <input ref=${box} type="search" dir="auto" value=${text} placeholder=${t('search.people')} aria-label=${t('search.people')} autocomplete="off"
          spellcheck=${false} onInput=${(/** @type {any} */ event) => setText(event.target.value)} onKeyDown=${onkey} />
        ${text ? html`<${IconButton} name="close" label=${t('search.clear')} onClick=${() => setText('')} />` : html`<kbd class="search-key">Ctrl K</kbd>`}
      </div>
      ${!text.trim() && html`<div class="tabs" role="tablist" aria-label=${t('side.label')}>
        ${tabButton('chats', html`${t('chats.title')} ${unread > 0 && html`<span class="badge">${unread > 999 ? '999+' : unread}</span>`}`)}
        ${tabButton('contacts', t('contacts.title'))}
      </div>`}
      <div class="side-list" id=${names} role=${text.trim() ? undefined : 'tabpanel'} aria-labelledby=${text.trim() ? undefined : `${names}-${tab}`}>
        ${text.trim()
          ? html`<${Found} text=${text.trim()} current=${current} onpick=${() => setText('')} />`
          : tab === 'chats'
            ? html`<${Chats} current=${current} onempty=${empty} />`
            : html`<${Contacts} current=${current} />`}
      </div>
      ${making && html`<${RoomDialog} onclose=${() => setMaking(false)} />`}
    </aside>`;
}
