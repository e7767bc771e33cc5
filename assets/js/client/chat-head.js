/** Above a conversation: with whom, whether they are there, what can be done. */
import { muted } from '../core/unread.js';
import { applicationWord, Avatar, showWord } from './avatar.js';
import { Icon, IconButton } from './icon.js';
import { listed, t } from './language.js';
import { since } from './time.js';
import { html, useDesk } from './ui.js';

/** @typedef {import('./desk.js').Desk} Desk */

/** @param {{party: string, conversation: import('../core/wire.js').Conversation|undefined, details: boolean, onDetails: () => void}} props */
export function ChatHead({ party, conversation, details, onDetails }) {
  const desk = useDesk();
  const { title, user, kind } = desk.face(party);
  const { messenger } = desk;
  const show = kind === 'application' ? desk.application : user !== null ? (desk.presence(user)?.show ?? 'offline') : undefined;
  const picture = kind === 'application' ? messenger.application?.icon : desk.user(user)?.avatar;
  const quiet = conversation && muted(messenger.rows.member(conversation.id, messenger.id), Date.now());
  return html`
    <header class="chat-head">
      <h1 class="hidden" dir="auto">${title}</h1>
      <${IconButton} name="back" label=${t('back')} class="chat-back" onClick=${() => desk.route.go(null)} />
      <button type="button" class="chat-who" aria-expanded=${String(details)} onClick=${onDetails} title=${t('details.title')}>
        <${Avatar} id=${user ?? party} name=${title} kind=${kind} picture=${picture} show=${show} />
        <span class="row-text"><span class="row-title"><span class="chat-title" dir="auto">${title}</span>${quiet && html`<${Icon} name="muted" label=${t('mute.on')} />`}</span>
          <span class="row-detail" dir="auto" aria-live="polite">${status(desk, party, conversation)}</span></span>
      </button>
      <${IconButton} name="info" label=${t('details.title')} aria-pressed=${String(details)} onClick=${onDetails} />
      ${desk.close && html`<${IconButton} name="close" label=${t('close')} onClick=${desk.close} />`}
    </header>`;
}

/** @param {Desk} desk @param {string} party @param {import('../core/wire.js').Conversation|undefined} conversation */
function status(desk, party, conversation) {
  const { messenger } = desk;
  const { user, kind } = desk.face(party);
  const writing = conversation ? messenger.typing.in(conversation.id) : [];
  if (writing.length) {
    const names = writing.slice(0, 3).map((one) => desk.nameOf(`user:${one}`));
    return html`<span class="is-live">${kind === 'room' ? t('typing.names', { names: listed(names), n: names.length }) : t('typing.now')}</span>`;
  }
  if (kind === 'application') return applicationWord(desk.application);
  if (kind === 'room') return t('room.count', { n: conversation?.count ?? 0 });
  const presence = user === null ? undefined : desk.presence(user);
  if (presence?.note) return `${showWord(presence.show)} · ${presence.note}`;
  if ((presence?.show ?? 'offline') === 'offline' && presence?.last_seen) return t('show.seen', { ago: since(new Date(presence.last_seen)) });
  return showWord(presence?.show);
}
