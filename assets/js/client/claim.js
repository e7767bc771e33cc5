/** What a message asks of its recipients: that one of them takes it, or that all confirm it; and who has. */
import { Buttons } from './card-button.js';
import { useExpiry } from './card.js';
import { Icon } from './icon.js';
import { listed, t } from './language.js';
import { fullTime, when } from './time.js';
import { html, useDesk, useEffect, useState } from './ui.js';

/** @typedef {import('../core/wire.js').Message} Row */
/** @typedef {import('../core/wire.js').Claim} Shown */
/** @typedef {Shown['by'][number]} Taker */

const NAMED = 3;

/** @param {{message: Row, claim: Shown, linked: boolean}} props */
export function Claim({ message, claim, linked }) {
  const [late, setLate] = useState(/** @type {Taker|null} */ (null));
  const until = message.card?.expires_at ?? null;
  const expired = useExpiry(until);
  useEffect(() => setLate(null), [message.version]);
  const any = claim.kind === 'any';
  const taker = any ? (claim.by[0] ?? late) : null;
  const open = !taker && !claim.mine && !expired;
  const action = { id: 'claim', label: t(any ? 'claim.take' : 'claim.confirm'), style: 'primary' };
  return html`<section class="card claim" aria-label=${t(any ? 'claim.any' : 'claim.all')}>
    ${taker && html`<${Taken} taker=${taker} />`}
    ${!any && html`<${Progress} claim=${claim} />`}
    ${expired && !taker && !claim.mine && html`<p class="card-state"><${Icon} name="clock" />${t('card.expired', { time: when(new Date(until ?? 0)) })}</p>`}
    ${open && html`<${Buttons} message=${message} card=${{ actions: [action] }} linked=${linked}
      onlate=${(/** @type {any} */ done) => setLate({ user: done.user ?? '', name: done.name ?? '', at: done.at })} />`}
  </section>`;
}

/** @param {{taker: Taker}} props */
function Taken({ taker }) {
  const { messenger } = useDesk();
  const at = new Date(taker.at);
  const said = taker.user === messenger.id ? t('claim.mine') : t('claim.taken', { name: taker.name || t('former.name') });
  return html`<div class="card-state is-done" role="status" tabindex="-1"><${Icon} name="sent" />
    <p><strong>${said}</strong> <time class="card-who" dateTime=${taker.at} title=${fullTime(at)}>${when(at)}</time></p></div>`;
}

/** @param {{claim: Shown}} props */
function Progress({ claim }) {
  const { messenger } = useDesk();
  const whole = claim.done >= claim.of;
  const names = claim.by.slice(0, NAMED).map(({ user, name }) => (user === messenger.id ? t('you') : name || t('former.name')));
  const others = claim.done - names.length;
  const all = others > 0 ? [...names, t('claim.others', { n: others })] : names;
  return html`<div class=${`card-state claim-state ${whole ? 'is-done' : ''}`} role="status" tabindex="-1">
    ${whole && html`<${Icon} name="sent" />`}
    <div class="claim-far"><p><strong>${t(whole ? 'claim.complete' : 'claim.far', { done: claim.done, of: claim.of, n: claim.of })}</strong>
      ${claim.mine && !whole && html` <span class="claim-mine"><${Icon} name="sent" />${t('claim.yours')}</span>`}</p>
      ${!whole && html`<progress value=${claim.done} max=${claim.of} aria-hidden="true"></progress>`}
      ${all.length > 0 && html`<p class="card-who">${listed(all)}</p>`}</div>
  </div>`;
}
