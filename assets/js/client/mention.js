/** Calling somebody by name in a room: `@` offers those who are in it. */
import { compare, t } from './language.js';
import { Avatar } from './avatar.js';
import { html } from './ui.js';

/** @typedef {import('./desk.js').Desk} Desk */
/** @typedef {{user: string, name: string, apply: (text: string, caret: number) => {text: string, caret: number}}} Offer */

const OFFERED = 6;
const LONGEST = 40;

/** @param {Desk} desk @param {number} conversation */
function others(desk, conversation) {
  const members = [...(desk.messenger.rows.members.get(conversation)?.values() ?? [])];
  return members.flatMap(({ user, left }) => (left === null && user !== desk.messenger.id ? [{ user, name: desk.nameOf(`user:${user}`) }] : []));
}

/** Who may be meant by the `@…` before the caret. @param {Desk} desk @param {number} conversation @param {string} text @param {number} caret @returns {Offer[]|null} */
export function suggestions(desk, conversation, text, caret) {
  const before = text.slice(Math.max(0, caret - LONGEST), caret);
  const match = /(?:^|[\s(，。、])@([^@\n]*)$/u.exec(before);
  if (!match) return null;
  const wanted = match[1].toLocaleLowerCase();
  const offers = others(desk, conversation)
    .filter(({ name }) => name.toLocaleLowerCase().split(/\s+/).some((part, at, parts) => parts.slice(at).join(' ').startsWith(wanted)))
    .sort((a, b) => compare(a.name, b.name))
    .slice(0, OFFERED)
    .map(({ user, name }) => ({ user, name, apply: place(match[1].length, name) }));
  return offers.length ? offers : null;
}

/** @param {number} typed @param {string} name @returns {Offer['apply']} */
const place = (typed, name) => (text, caret) => {
  const start = caret - typed;
  const inserted = `${name} `;
  return { text: text.slice(0, start) + inserted + text.slice(caret), caret: start + inserted.length };
};

/** Those whose `@Name` stands in the text. @param {Desk} desk @param {number} conversation @param {string} text */
export const mentioned = (desk, conversation, text) =>
  others(desk, conversation).filter(({ name }) => text.includes(`@${name}`)).map(({ user }) => user);

/** @param {{offers: Offer[], picked: number, take: (offer: Offer) => void}} props */
export const Suggestions = ({ offers, picked, take }) => html`
  <ul class="popover suggestions" role="listbox" aria-label=${t('mention.label')}>
    ${offers.map((offer, at) => html`<li role="option" aria-selected=${String(at === picked)} class=${at === picked ? 'is-active' : ''}
      onPointerDown=${(/** @type {Event} */ event) => (event.preventDefault(), take(offer))}>
      <${Avatar} id=${offer.user} name=${offer.name} size="small" /><bdi>${offer.name}</bdi></li>`)}
  </ul>`;
