/** The contact list, or what a search found in it. */
import { applicationWord, Avatar, showWord } from './avatar.js';
import { found, rowsOf } from './contact-list.js';
import { Icon, IconButton } from './icon.js';
import { local } from './keep.js';
import { t } from './language.js';
import { since } from './time.js';
import { html, useDesk, useEffect, useMemo, useState } from './ui.js';
import { Windowed } from './windowed.js';

/** @typedef {import('./contact-list.js').Row} Row */

const HEIGHT = { application: 3.75, group: 2.25, user: 3.25, more: 2.5 };

/** @param {{user: string}} props */
export function Person({ user }) {
  const desk = useDesk();
  const row = desk.user(user);
  const presence = desk.presence(user);
  const name = row?.name ?? user;
  const detail = presence?.note || row?.title;
  return html`
    <${Avatar} id=${user} name=${name} picture=${row?.avatar} show=${presence?.show ?? 'offline'} />
    <span class="row-text">
      <span class="row-title" dir="auto">${name}<span class="hidden">, ${showWord(presence?.show)}</span></span>
      ${detail && html`<span class="row-detail" dir="auto">${detail}</span>`}
    </span>`;
}

export function ApplicationRow() {
  const { messenger, application: show } = useDesk();
  const { name = '', icon } = messenger.application ?? {};
  return html`
    <${Avatar} id="application" kind="application" name=${name} picture=${icon} show=${show} />
    <span class="row-text">
      <span class="row-title" dir="auto">${name}</span>
      <span class="row-detail">${applicationWord(show)}</span>
    </span>`;
}

/** @param {{current: string|null}} props */
export function Contacts({ current }) {
  const desk = useDesk();
  const { messenger } = desk;
  const name = `closed/${desk.app}`;
  const [closed, setClosed] = useState(() => new Set((local.get(name) ?? '').split('\n')));
  const rows = useMemo(() => rowsOf(messenger, (id) => closed.has(id)), [closed, messenger.replica.rows, messenger.signal.of('groups', 'users', 'roster')]);

  /** @param {string} id @param {boolean} [to] */
  const fold = (id, to = !closed.has(id)) => {
    const next = new Set(closed);
    to ? next.add(id) : next.delete(id);
    local.set(name, [...next].join('\n'));
    setClosed(next);
  };
  /** @param {Row[]} shown */
  const onshown = (shown) => {
    messenger.presence.show('contacts', shown.flatMap((row) => (row.kind === 'user' ? [row.user] : [])));
    for (const row of shown) if (row.kind === 'more') messenger.roster.more(row.group);
  };
  /** @param {Row} row */
  const pick = (row) => {
    if (row.kind === 'group') fold(row.key);
    else if (row.kind !== 'more') desk.route.go(row.kind === 'user' ? `user:${row.user}` : 'application');
  };
  /** @param {KeyboardEvent} event @param {Row} row */
  const onkey = (event, row) => {
    if (row.kind === 'group' && event.key === 'ArrowRight') fold(row.key, false);
    if (row.kind === 'group' && event.key === 'ArrowLeft') fold(row.key, true);
  };
  useEffect(() => () => messenger.presence.show('contacts', []), [messenger]);

  const alone = rows.length === 1;
  const failed = messenger.rows.settings.contacts?.failed === true;
  return html`
    ${!alone && html`<${Age} />`}
    <${Windowed} role="tree" label=${t('contacts.title')} items=${rows} name=${(/** @type {Row} */ row) => row.key} pick=${pick} onkey=${onkey} onshown=${onshown}
      height=${(/** @type {Row} */ row) => HEIGHT[row.kind]} about=${about} current=${current === 'application' ? 'application' : undefined}
      draw=${(/** @type {Row} */ row) => drawRow(row, current)} />
    ${alone && html`<div class="empty-hint"><p>${t(failed ? 'contacts.failed.none' : 'contacts.none')}</p>
      ${failed && html`<button type="button" class="button" onClick=${refresh(desk)}>${t('link.again')}</button>`}</div>`}`;
}

/** @param {Row} row */
const about = (row) =>
  row.kind === 'application' ? { 'aria-level': 1 } : row.kind === 'group' ? { 'aria-level': row.level, 'aria-expanded': String(row.open) } : { 'aria-level': row.level };

/** @param {Row} row @param {string|null} current */
function drawRow(row, current) {
  if (row.kind === 'application') return html`<div class=${`row ${current === 'application' ? 'is-current' : ''}`}><${ApplicationRow} /></div>`;
  if (row.kind === 'more') return html`<div class="row row-more"><span class="spinner" aria-hidden="true"></span>${t('loading')}</div>`;
  if (row.kind === 'user') {
    return html`<div class=${`row level-${row.level} ${current === `user:${row.user}` ? 'is-current' : ''}`}><${Person} user=${row.user} /></div>`;
  }
  return html`<div class=${`group level-${row.level}`}>
    <${Icon} name=${row.open ? 'down' : 'next'} /><bdi class="group-name">${row.group.name}</bdi><span class="group-count">${row.group.count}</span>
  </div>`;
}

/** @param {import('./desk.js').Desk} desk */
const refresh = (desk) => () => desk.messenger.ask('contacts', { refresh: true }).catch(() => {});

/** Says when the application's list is old because it does not answer. */
function Age() {
  const desk = useDesk();
  const state = desk.messenger.rows.settings.contacts;
  if (!state?.failed) return null;
  const text = state.at ? t('contacts.old', { ago: since(new Date(state.at)) }) : t('contacts.failed');
  return html`<div class="notice"><span>${text}</span><${IconButton} name="again" label=${t('contacts.refresh')} onClick=${refresh(desk)} /></div>`;
}

/** @param {{text: string, current: string|null, onpick: () => void}} props */
export function Found({ text, current, onpick }) {
  const desk = useDesk();
  const { messenger } = desk;
  const list = useMemo(() => found(messenger, text), [text, messenger.replica.rows, messenger.signal.of('groups', 'users', 'conversations', 'roster')]);
  useEffect(() => {
    const timer = setTimeout(() => messenger.roster.search(text), 200);
    return () => clearTimeout(timer);
  }, [text]);
  const items = [
    ...(list.application ? ['application'] : []),
    ...list.users.map((id) => `user:${id}`),
    ...list.rooms.map((room) => `conversation:${room.id}`),
  ];
  if (!items.length) return html`<p class="empty-hint" role="status">${messenger.roster.found.loading ? t('search.running') : t('search.nothing', { text })}</p>`;
  /** @param {string} party */
  const draw = (party) => html`<div class=${`row ${party === current ? 'is-current' : ''}`}>${face(desk, party)}</div>`;
  return html`<${Windowed} label=${t('search.results')} items=${items} name=${(/** @type {string} */ party) => party} height=${() => HEIGHT.user} draw=${draw}
    pick=${(/** @type {string} */ party) => (desk.route.go(party), onpick())} current=${current ?? undefined}
    onshown=${(/** @type {string[]} */ shown) => messenger.presence.show('contacts', shown.flatMap((party) => (party.startsWith('user:') ? [party.slice(5)] : [])))} />`;
}

/** @param {import('./desk.js').Desk} desk @param {string} party */
function face(desk, party) {
  const { title, user, kind } = desk.face(party);
  if (user !== null) return html`<${Person} user=${user} />`;
  if (kind === 'application') return html`<${ApplicationRow} />`;
  const count = desk.messenger.conversation(party)?.count ?? 0;
  return html`<${Avatar} id=${party} kind="room" name=${title} />
    <span class="row-text"><span class="row-title" dir="auto">${title}</span><span class="row-detail">${t('room.count', { n: count })}</span></span>`;
}
