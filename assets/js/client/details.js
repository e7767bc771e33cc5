/** Beside a conversation: who is in it, and what I can change about it. */
import { isFormer } from '../core/party.js';
import { muted } from '../core/unread.js';
import { applicationWord, Avatar, showWord } from './avatar.js';
import { Confirm } from './dialog.js';
import { Icon, IconButton } from './icon.js';
import { sentence, t } from './language.js';
import { RoomDetails } from './room-details.js';
import { since } from './time.js';
import { html, useDesk, useEffect, useRef, useState } from './ui.js';

/** @typedef {import('../core/wire.js').Conversation} Conversation */

/** @param {{party: string, conversation: Conversation|undefined, onclose: () => void}} props */
export function Details({ party, conversation, onclose }) {
  const desk = useDesk();
  const { messenger } = desk;
  const { title, user, kind } = desk.face(party);
  const row = desk.user(user);
  const presence = user === null ? undefined : desk.presence(user);
  const box = /** @type {import('preact').RefObject<HTMLElement>} */ (useRef(/** @type {any} */ (null)));
  useEffect(() => /** @type {HTMLElement|null} */ (box.current.querySelector('button'))?.focus(), []);
  const picture = kind === 'application' ? messenger.application?.icon : row?.avatar;
  return html`
    <aside class="details" ref=${box} aria-label=${t('details.title')}>
      <header class="details-head"><h2>${t('details.title')}</h2><${IconButton} name="close" label=${t('close')} onClick=${onclose} /></header>
      <div class="details-who">
        <${Avatar} id=${user ?? party} name=${title} kind=${kind} picture=${picture} size="large" />
        <p class="details-name" dir="auto">${title}</p>
        ${row?.title && html`<p class="details-line" dir="auto">${row.title}</p>`}
        ${user !== null && html`<p class="details-line">${showWord(presence?.show)}${presence?.note && html` · <bdi>${presence.note}</bdi>`}</p>`}
        ${user !== null && presence?.show === 'offline' && presence.last_seen && html`<p class="details-line">${t('show.seen', { ago: since(new Date(presence.last_seen)) })}</p>`}
        ${kind === 'application' && html`<p class="details-line">${applicationWord(desk.application)}</p>`}
      </div>
      ${conversation?.kind === 'room' && html`<${RoomDetails} conversation=${conversation} mute=${html`<${Mute} conversation=${conversation} />`} />`}
      <div class="details-acts">
        ${conversation && kind !== 'room' && html`<${Mute} conversation=${conversation} />`}
        ${user !== null && !isFormer(user) && html`<${Block} user=${user} name=${title} />`}
      </div>
    </aside>`;
}

/** @param {{conversation: Conversation}} props */
function Mute({ conversation }) {
  const desk = useDesk();
  const on = muted(desk.messenger.rows.member(conversation.id, desk.messenger.id), Date.now());
  const turn = () => desk.messenger.ask('settings', { mute: { conversation: conversation.id, on: !on } }).catch((failure) => desk.say(sentence(failure), true));
  return html`<button type="button" class="act" onClick=${turn}><${Icon} name=${on ? 'bell' : 'muted'} />${on ? t('mute.end') : t('mute.begin')}</button>`;
}

/** @param {{user: string, name: string}} props */
function Block({ user, name }) {
  const desk = useDesk();
  const [asking, setAsking] = useState(false);
  const on = desk.messenger.rows.settings.blocked.includes(user);
  const turn = () => {
    setAsking(false);
    desk.messenger.ask('settings', { block: { user, on: !on } }).catch((failure) => desk.say(sentence(failure), true));
  };
  return html`<button type="button" class=${`act ${on ? '' : 'is-danger'}`} onClick=${on ? turn : () => setAsking(true)}><${Icon} name="block" />${on ? t('block.end') : t('block.begin')}</button>
    ${asking && html`<${Confirm} title=${t('block.ask', { name })} text=${t('block.means')} action=${t('block.begin')} onyes=${turn} onclose=${() => setAsking(false)} />`}`;
}
