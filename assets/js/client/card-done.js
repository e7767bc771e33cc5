/** What was done with a card, by whom and when. */
import { Icon } from './icon.js';
import { t } from './language.js';
import { fullTime, when } from './time.js';
import { html, useDesk } from './ui.js';

/** @typedef {import('../core/wire.js').CardDone} Done */

/** @param {{done: Done}} props */
export function Settled({ done }) {
  const desk = useDesk();
  const at = new Date(done.at);
  const waiting = done.state === 'waiting';
  const name = nameOf(done, desk.messenger.id);
  const refused = done.style === 'danger';
  return html`<div class=${`card-state ${waiting ? 'is-waiting' : refused ? 'is-refused' : 'is-done'}`} role="status" tabindex="-1">
    ${waiting ? html`<span class="spinner" aria-hidden="true"></span>` : html`<${Icon} name=${refused ? 'close' : 'sent'} />`}
    <p><strong dir="auto">${done.label}</strong> <span class="card-who">${name && html`<bdi>${name}</bdi> `}<span class="card-when">${name && '· '}<time dateTime=${done.at} title=${fullTime(at)}>${when(at)}</time></span></span>
      ${done.input && html`<q class="card-input" dir="auto">${done.input}</q>`}
      ${waiting && html`<span class="card-wait">${t('card.waiting', { name: desk.messenger.application?.name ?? '' })}</span>`}</p>
  </div>`;
}

/** @param {Done} done @param {string} me */
export function nameOf(done, me) {
  if (done.user !== undefined && done.user === me) return t('you');
  return done.name === '' ? t('former.name') : (done.name ?? '');
}
