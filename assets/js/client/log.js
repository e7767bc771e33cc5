/** The messages of a conversation, from the oldest that is here to the newest, and what is read by looking at them. */
import { find } from '../core/timeline.js';
import { unread } from '../core/unread.js';
import { userOf } from '../core/party.js';
import { Icon } from './icon.js';
import { t } from './language.js';
import { itemsOf, markOf } from './log-item.js';
import { Message } from './message.js';
import { centre, lastSeen, useScroll } from './scroll.js';
import { dayName } from './time.js';
import { asOf, fold, nextEnd } from './topic.js';
import { Waiting } from './waiting.js';
import { html, useDesk, useEffect, useEvent, useRef, useState } from './ui.js';

/** @typedef {import('./log-item.js').Item} Item */
/** @typedef {import('./message.js').Acts} Acts */

/**
 * @param {{party: string, conversation: import('../core/wire.js').Conversation|undefined, acts: Acts, again: (entry: any) => void, empty: any}} props
 */
export function Log({ party, conversation, acts, again, empty }) {
  const desk = useDesk();
  const { messenger } = desk;
  const id = conversation?.id ?? 0;
  const view = messenger.history.view(id);
  const own = messenger.rows.member(id, messenger.id);
  const [divider, setDivider] = useState(() => (own && unread(messenger.rows, id, messenger.id).count ? own.read : null));
  const [active, setActive] = useState(/** @type {string|null} */ (null));
  const [inside, setInside] = useState(false);
  const [away, setAway] = useState(false);
  const waiting = messenger.outbox.of(party);
  const [now, setNow] = useState(Date.now());
  const { shown, earlier: folded } = fold(view.messages.map((message) => asOf(message, now)));
  const end = nextEnd(view.messages, now);
  const items = itemsOf(shown, waiting, divider, messenger.id);
  const others = [...(messenger.rows.members.get(id)?.values() ?? [])].filter((member) => member.user !== messenger.id);

  const earlier = () => void (conversation && (view.earlier || view.later) && messenger.link.phase === 'ready' && messenger.history.earlier(id).catch(() => {}));
  const look = () => {
    if (own && desk.attentive()) messenger.marks.read(id, messenger.id, lastSeen(scroll.box.current));
    else if (own && (divider === null || own.read > divider) && unread(messenger.rows, id, messenger.id).count) setDivider(own.read);
  };
  const scroll = useScroll({ first: String(view.messages[0]?.id), last: items.at(-1)?.key, onnear: earlier, onseen: (bottom) => (setAway(!bottom), look()) });
  for (const name of ['focus', 'parlour-shown']) useEvent(window, name, look);
  useEvent(document, 'visibilitychange', look);
  useEffect(look, [messenger.presence.idle]);
  useEffect(() => {
    const timer = end < Infinity ? setTimeout(() => setNow(Date.now()), Math.min(end - Date.now(), 86_400_000) + 20) : 0;
    return () => clearTimeout(timer);
  }, [end, now]);
  useEffect(() => void (view.later && earlier()), [view.later, messenger.link.phase]);
  useEffect(() => {
    centre(scroll.box.current, scroll.box.current.querySelector('.divider-new'));
  }, []);
  useEffect(() => {
    if (waiting.length) {
      setDivider(null);
      scroll.toBottom();
    }
  }, [waiting.at(-1)?.key]);

  /** @param {KeyboardEvent} event */
  const key = (event) => {
    const step = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0;
    const at = /** @type {HTMLElement} */ (event.target).closest?.('[data-id]');
    if (!step || !at) return;
    const all = [...scroll.box.current.querySelectorAll('[data-id]')];
    const next = /** @type {HTMLElement|undefined} */ (all[all.indexOf(at) + step]);
    next?.focus();
    event.preventDefault();
  };
  /** @param {FocusEvent} event */
  const focused = (event) => {
    setActive(/** @type {HTMLElement} */ (event.target).closest('[data-id]')?.getAttribute('data-id') ?? null);
    setInside(true);
  };
  /** Whoever comes from below comes to the message, not to what deletes it. @param {FocusEvent} event */
  const blurred = (event) => setInside(scroll.box.current.contains(/** @type {Node|null} */ (event.relatedTarget)));
  const current = active ?? String(view.messages.at(-1)?.id);
  const below = away ? unread(messenger.rows, id, messenger.id).count : 0;

  /** @param {Item} item */
  const draw = (item) => {
    if (item.kind === 'day') return html`<div class="divider" key=${item.key}><time dateTime=${item.at.toISOString()}>${dayName(item.at)}</time></div>`;
    if (item.kind === 'new') return html`<div class="divider divider-new" key="new"><span>${t('log.new')}</span></div>`;
    if (item.kind === 'waiting') return html`<${Waiting} key=${item.key} entry=${item.entry} starts=${item.starts} ends=${item.ends} again=${again} />`;
    const { message } = item;
    const mine = message.from === `user:${messenger.id}`;
    const mark = mine && others.length ? markOf(others, message.id) : null;
    return html`<${Message} key=${item.key} message=${message} starts=${item.starts} ends=${item.ends} own=${mine} acts=${acts}
      crowd=${conversation?.kind === 'room'} mark=${mine ? (mark?.state ?? 'sent') : null} readers=${mark?.readers ?? 0} name=${desk.nameOf(message.from)}
      author=${desk.user(userOf(message.from))} earlier=${folded.get(message.id)} active=${String(message.id) === current} inside=${inside && String(message.id) === current} linked=${!(message.card || message.claim) || messenger.link.phase === 'ready'}
      quoted=${message.reply_to === null ? undefined : find(messenger.rows.timelines.get(id) ?? [], message.reply_to)} />`;
  };

  return html`
    <div class="log-frame">
      <div class="log" ref=${scroll.box} onScroll=${scroll.onscroll} onKeyDown=${key} onFocusIn=${focused} onFocusOut=${blurred}>
        <div class="log-all" role="log" aria-label=${t('log.label')} aria-busy=${String(view.loading)}>
          ${(view.earlier || view.loading) && html`<div class="log-earlier"><span class="spinner" aria-hidden="true"></span><span class="hidden">${t('loading')}</span></div>`}
          ${items.length ? items.map(draw) : !view.loading && empty}
        </div>
      </div>
      ${away && html`<button type="button" class="to-bottom" onClick=${() => scroll.toBottom()} aria-label=${t('log.bottom')} title=${t('log.bottom')}>
        ${below > 0 && html`<span class="badge">${below}</span>`}<${Icon} name="down" /></button>`}
    </div>`;
}
