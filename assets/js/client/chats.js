/** The conversations, the newest first, each with its last words and what is unread. */
import { muted, unread } from '../core/unread.js';
import { Avatar, showWord } from './avatar.js';
import { Icon } from './icon.js';
import { t } from './language.js';
import { preview } from './markdown.js';
import { shortTime } from './time.js';
import { html, useDesk, useEffect, useTick } from './ui.js';
import { Windowed } from './windowed.js';

/** @typedef {import('./desk.js').Desk} Desk */
/** @typedef {{party: string, at: number, rank: number, conversation?: import('../core/wire.js').Conversation}} Item `at`: when something was last said; `rank`: when something last happened */

/** @param {Desk} desk @param {string|null} current @returns {Item[]} */
function itemsOf(desk, current) {
  const { messenger } = desk;
  /** @type {Map<string, Item>} */ const items = new Map();
  for (const conversation of messenger.rows.conversations.values()) {
    const party = messenger.party(conversation);
    const last = messenger.rows.timelines.get(conversation.id)?.at(-1);
    if (!last && conversation.kind !== 'room' && party !== current && !desk.drafts.read(party)) continue;
    items.set(party, { party, conversation, at: last ? Date.parse(last.at) : 0, rank: happened(messenger, conversation, last) });
  }
  for (const { to, at } of messenger.outbox.entries) items.set(to, { ...(items.get(to) ?? { party: to }), at, rank: at });
  return [...items.values()].sort((a, b) => b.rank - a.rank || (b.conversation?.version ?? 0) - (a.conversation?.version ?? 0));
}

/**
 * When something last happened: the last message, or that I came into a room after it. That has no time of its own, but a
 * number in one row with those of messages: it was right after whatever was said before, wherever that was.
 * @param {import('../core/messenger.js').Messenger} messenger @param {import('../core/wire.js').Conversation} conversation
 * @param {import('../core/wire.js').Message|undefined} last
 */
function happened({ rows, id: me }, { id, kind }, last) {
  const since = (kind === 'room' && rows.member(id, me)?.joined) || 0;
  let at = last ? Date.parse(last.at) : 0;
  if (since <= (last?.id ?? 0)) return at;
  for (const list of rows.timelines.values()) {
    const before = list.findLast((message) => message.id < since);
    if (before) at = Math.max(at, Date.parse(before.at) + 1);
  }
  return at;
}

/** @param {{current: string|null, onempty: any}} props */
export function Chats({ current, onempty }) {
  const desk = useDesk();
  useTick(60_000);
  const items = itemsOf(desk, current);
  /** @param {Item[]} shown */
  const onshown = (shown) => desk.messenger.presence.show('chats', shown.flatMap(({ party }) => desk.face(party).user ?? []));
  useEffect(() => () => desk.messenger.presence.show('chats', []), [desk]);
  if (!items.length) return onempty;
  return html`<${Windowed} label=${t('chats.title')} items=${items} name=${(/** @type {Item} */ item) => item.party} height=${() => 4.25} onshown=${onshown}
    pick=${(/** @type {Item} */ item) => desk.route.go(item.party)} current=${current ?? undefined}
    draw=${(/** @type {Item} */ item) => html`<${Chat} item=${item} current=${item.party === current} />`} />`;
}

/** @param {{item: Item, current: boolean}} props */
function Chat({ item: { party, conversation, at }, current }) {
  const desk = useDesk();
  const { messenger } = desk;
  const { title, user, kind } = desk.face(party);
  const show = kind === 'application' ? desk.application : user !== null ? (desk.presence(user)?.show ?? 'offline') : undefined;
  const picture = kind === 'application' ? messenger.application?.icon : desk.user(user)?.avatar;
  const own = conversation && messenger.rows.member(conversation.id, messenger.id);
  const { count, mentioned } = conversation ? unread(messenger.rows, conversation.id, messenger.id) : { count: 0, mentioned: false };
  const quiet = muted(own, Date.now());
  return html`<div class=${`row row-chat ${current ? 'is-current' : ''} ${count ? 'is-unread' : ''}`}>
    <${Avatar} id=${user ?? party} name=${title} kind=${kind} picture=${picture} show=${show} />
    <span class="row-text">
      <span class="row-line"><span class="row-title" dir="auto">${title}${show && html`<span class="hidden">, ${showWord(show)}</span>`}</span>
        ${quiet && html`<${Icon} name="muted" label=${t('mute.on')} />`}
        ${at > 0 && html`<time class="row-time" dateTime=${new Date(at).toISOString()}>${shortTime(new Date(at))}</time>`}</span>
      <span class="row-line"><span class="row-detail" dir="auto"><${Last} party=${party} conversation=${conversation} kind=${kind} /></span>
        ${count > 0 && html`<span class=${`badge ${quiet ? 'badge-quiet' : ''}`}>${mentioned && '@'}${count > 999 ? '999+' : count}<span class="hidden"> ${t('chats.unread')}</span></span>`}</span>
    </span>
  </div>`;
}

/** The last words. @param {{party: string, conversation?: import('../core/wire.js').Conversation, kind: string}} props */
function Last({ party, conversation, kind }) {
  const desk = useDesk();
  const { messenger } = desk;
  const draft = party === desk.route.read() ? '' : desk.drafts.read(party);
  const writing = conversation ? messenger.typing.in(conversation.id) : [];
  if (writing.length) return html`<span class="is-live">${kind === 'room' ? t('typing.name', { name: desk.nameOf(`user:${writing[0]}`) }) : t('typing.now')}</span>`;
  if (draft) return html`<span class="is-draft">${t('draft')}</span> ${preview({ text: draft })}`;
  const waiting = messenger.outbox.of(party).at(-1);
  if (waiting) {
    const failed = waiting.failed !== undefined;
    return html`<${Icon} name=${failed ? 'alert' : 'clock'} label=${failed ? t('mark.failed') : t('mark.waiting')} /> ${preview(waiting)}`;
  }
  const last = conversation && messenger.rows.timelines.get(conversation.id)?.at(-1);
  if (!last) return t('chats.nothing');
  if (last.deleted_by) return html`<em>${t('message.deleted')}</em>`;
  if (last.from === `user:${messenger.id}`) return html`<bdi>${t('you')}</bdi>${t('said')}${preview(last)}`;
  return kind === 'room' ? html`<bdi>${desk.nameOf(last.from)}</bdi>${t('said')}${preview(last)}` : preview(last);
}
