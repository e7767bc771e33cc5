/** A face: the picture where this server has one, else initials on a colour that stays the same for a person. */
import { hueOf } from './colour.js';
import { t } from './language.js';
import { html, useState } from './ui.js';

const HUES = 10;

const HAN = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;
const SCRIPTS = ['Latin', 'Cyrillic', 'Greek', 'Arabic', 'Hebrew', 'Thai', 'Devanagari'].map((name) => new RegExp(`^\\p{Script=${name}}`, 'u'));

/** Parts of one script stand together: letters of two would be nobody's initials. @param {string} part */
const scriptOf = (part) => SCRIPTS.findIndex((script) => script.test(part));

/** One or two letters that stand for a name; of a name in two scripts those of the first. @param {string} name */
export function initials(name) {
  const parts = name.trim().split(/[\s.·]+/u).filter((part) => /^[\p{L}\p{N}]/u.test(part));
  const first = parts[0] ?? name.trim();
  if (HAN.test(first)) return [...first].slice(-2).join('');
  const last = parts.findLast((part) => !HAN.test(part) && scriptOf(part) === scriptOf(first));
  const letters = [first, ...(last && parts.length > 1 && last !== first ? [last] : [])].map((part) => [...part][0] ?? '?');
  return letters.join('').toLocaleUpperCase();
}

/** Origins that the page's policy lets pictures come from, besides this server. */
const origins = (globalThis.document?.getElementById('client')?.dataset.images ?? '').split(' ');

/** Other addresses are not even tried. @param {string|null|undefined} address */
export function shown(address) {
  if (!address) return null;
  if (/^(\/(?!\/)|data:image\/)/.test(address)) return address;
  return URL.canParse(address) && origins.includes(new URL(address).origin) ? address : null;
}

/** @type {Record<string, import('./language.js').Word>} */
const words = { available: 'show.available', away: 'show.away', busy: 'show.busy', invisible: 'show.invisible', offline: 'show.offline', unknown: 'show.unknown' };

/** @param {string|undefined} show */
export const showWord = (show) => t(words[show ?? 'offline'] ?? 'show.offline');

/** @param {string|undefined} show the application's */
export const applicationWord = (show) => t(show === 'available' ? 'application.answers' : show === 'unknown' ? 'show.unknown' : 'application.silent');

/**
 * @param {{id: string, name: string, picture?: string|null, show?: string, kind?: string, size?: 'small'|'large'}} props
 */
export function Avatar({ id, name, picture, show, kind = 'direct', size }) {
  const [broken, setBroken] = useState('');
  const found = shown(picture);
  const address = found === broken ? null : found;
  return html`
    <span class=${`avatar avatar-${kind} hue-${hueOf(id, HUES)} ${size ? `avatar-${size}` : ''}`} aria-hidden="true">
      ${address ? html`<img src=${address} alt="" loading="lazy" onError=${() => setBroken(address)} />` : html`<span class="avatar-letters">${initials(name)}</span>`}
      ${show && html`<span class=${`presence presence-${show}`}></span>`}
    </span>`;
}
