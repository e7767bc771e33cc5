/** A card: what a message from the application is about, what can be done with it, and what somebody has done. */
import { Buttons } from './card-button.js';
import { Settled } from './card-done.js';
import { Icon } from './icon.js';
import { t } from './language.js';
import { Markdown, link } from './markdown.js';
import { when } from './time.js';
import { html, useDesk, useEffect, useMemo, useName, useState } from './ui.js';

/** @typedef {import('../core/wire.js').Card} Shown */
/** @typedef {import('../core/wire.js').CardDone} Done */

const LONGEST = 2 ** 31 - 1;

/** @param {{message: import('../core/wire.js').Message, card: Shown, linked: boolean}} props */
export function Card({ message, card, linked }) {
  const desk = useDesk();
  const name = useName('card');
  const [late, setLate] = useState(/** @type {Done|null} */ (null));
  const expired = useExpiry(card.expires_at);
  const text = useMemo(() => (card.text ? { text: card.text } : null), [card.text]);
  const done = card.done ?? late;
  useEffect(() => setLate(null), [message.version]);
  const href = card.link && link(card.link);
  return html`<section class="card" aria-labelledby=${name}>
    <h3 class="card-title" id=${name} dir="auto">${card.title}</h3>
    ${text && html`<div class="card-text"><${Markdown} message=${text} /></div>`}
    ${card.fields.length > 0 && html`<dl class="card-fields">${card.fields.map((field) => html`<div><dt dir="auto">${field.label}</dt><dd dir="auto">${field.value}</dd></div>`)}</dl>`}
    ${href && html`<a class="card-link" href=${href} target="_blank" rel="noopener noreferrer">${t('card.open', { name: desk.messenger.application?.name ?? '' })}<${Icon} name="away" /></a>`}
    ${done
      ? html`<${Settled} done=${done} />`
      : expired && !message.claim
        ? html`<p class="card-state"><${Icon} name="clock" />${t('card.expired', { time: when(new Date(card.expires_at ?? 0)) })}</p>`
        : card.actions.length > 0 && html`<${Buttons} message=${message} card=${card} linked=${linked} onlate=${setLate} />`}
  </section>`;
}

/** Whether a moment is over, now and when it comes. @param {string|null} until */
export function useExpiry(until) {
  const left = until === null ? Infinity : Date.parse(until) - Date.now();
  const [, look] = useState(0);
  useEffect(() => {
    if (left <= 0 || left > LONGEST) return;
    const timer = setTimeout(() => look((n) => n + 1), left + 50);
    return () => clearTimeout(timer);
  }, [until]);
  return left <= 0;
}
