/** A face: the picture where this server has one, else initials on a colour that stays the same for a person. */
import { hueOf } from './colour.js';
import { t } from './language.js';
import { html } from './ui.js';

const HUES = 10;

const HAN = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;
const LATIN = /^\p{Script=Latin}/u;

/** One or two letters that stand for a name; of a name in two scripts those of the first. @param {string} name */
export function initials(name) {
  const parts = name.trim().split(/[\s.·]+/u).filter((part) => /^[\p{L}\p{N}]/u.test(part));
  const first = parts[0] ?? name.trim();
  if (HAN.test(first)) return [...first].slice(-2).join('');
  const last = parts.findLast((part) => !HAN.test(part) && LATIN.test(part) === LATIN.test(first));
  const letters = [first, ...(last && parts.length > 1 && last !== first ? [last] : [])].map((part) => [...part][0] ?? '?');
  return letters.join('').toLocaleUpperCase();
}

/** Only pictures from this server (or in the text itself) may be shown. @param {string|null|undefined} address */
export const shown = (address) => (address && /^(\/(?!\/)|data:image\/)/.test(address) ? address : null);

/** @type {Record<string, import('./language.js').Word>} */
const words = { available: 'show.available', away: 'show.away', busy: 'show.busy', invisible: 'show.invisible', offline: 'show.offline' };

/** @param {string|undefined} show */
export const showWord = (show) => t(words[show ?? 'offline'] ?? 'show.offline');

/**
 * @param {{id: string, name: string, picture?: string|null, show?: string, kind?: string, size?: 'small'|'large'}} props
 */
export function Avatar({ id, name, picture, show, kind = 'direct', size }) {
  const address = shown(picture);
  return html`
    <span class=${`avatar avatar-${kind} hue-${hueOf(id, HUES)} ${size ? `avatar-${size}` : ''}`} aria-hidden="true">
      ${address ? html`<img src=${address} alt="" loading="lazy" />` : html`<span class="avatar-letters">${initials(name)}</span>`}
      ${show && html`<span class=${`presence presence-${show}`}></span>`}
    </span>`;
}
