/** Words in the reader's language. One catalogue per language; both have the same keys (a test sees to it). */
import * as card from './words/card.js';
import { words as en } from './words/en.js';
import * as file from './words/file.js';
import { words as zh } from './words/zh.js';

/** @typedef {keyof typeof en | keyof typeof card.en | keyof typeof file.en} Word */
/** @type {Record<string, Record<Word, string | {one?: string, other: string}>>} */
export const catalogues = { en: { ...en, ...card.en, ...file.en }, zh: { ...zh, ...card.zh, ...file.zh } };

/** The first language that we have, with the reader's own region where it is named further on. @param {readonly string[]} wanted */
export function choose(wanted) {
  const short = (/** @type {string} */ tag) => tag.toLowerCase().split('-')[0];
  const found = wanted.find((tag) => short(tag) in catalogues) ?? 'en';
  if (short(found) === 'zh') return 'zh-CN';
  return found.includes('-') ? found : (wanted.find((tag) => short(tag) === found && tag !== found) ?? found);
}

/** A page may be asked for in a language: `?lang=zh-CN`. */
const asked = new URLSearchParams(globalThis.location?.search).getAll('lang');
export const locale = choose([...asked, ...(globalThis.navigator?.languages ?? [])]);
const words = catalogues[locale.slice(0, 2)] ?? catalogues.en;
const plural = new Intl.PluralRules(locale);

/**
 * The sentence for a key, with `{name}` replaced; a number `n` also chooses the plural.
 * @param {Word} word @param {Record<string, string|number>} [values]
 */
export function t(word, values = {}) {
  const found = words[word];
  const text = typeof found === 'string' ? found : (plural.select(Number(values.n)) === 'one' && found.one) || found.other;
  const fill = (/** @type {string} */ name) => {
    const value = values[name] ?? '';
    return typeof value === 'number' ? value.toLocaleString(locale) : apart(value);
  };
  return joined(text.split(/\{(\w+)\}/).map((part, at) => (at % 2 ? fill(part) : part)));
}

/** @param {string[]} names */
export const listed = (names) => joined(new Intl.ListFormat(locale, { type: 'conjunction' }).formatToParts(names.map(apart)).map(({ value }) => value));

const RIGHT_TO_LEFT = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;
/** A name that is written from right to left does not turn the sentence around it (Unicode, UAX 9: FSI and PDI). @param {string} value */
const apart = (value) => (RIGHT_TO_LEFT.test(value) ? `\u2068${value}\u2069` : value);

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'];

/** How large something is. @param {number} bytes */
export function extent(bytes) {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const format = { style: 'unit', unit: UNITS[power], unitDisplay: power ? 'short' : 'long', maximumFractionDigits: power > 1 ? 1 : 0 };
  const parts = new Intl.NumberFormat(locale, /** @type {Intl.NumberFormatOptions} */ (format)).formatToParts(bytes / 1000 ** power);
  return joined(parts.map(({ value }) => value));
}

const HAN = [/\p{Script=Han}$/u, /^\p{Script=Han}/u];
const OTHER = [/[\p{Nd}\u2069]$|(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}])\p{L}$/u, /^[\p{Nd}\u2068]|^(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}])\p{L}/u];
/** Where Chinese meets letters of another script or digits, a space stands between them. @param {string[]} parts */
function joined(parts) {
  const meets = (/** @type {string} */ text, /** @type {string} */ part) => (HAN[0].test(text) && OTHER[1].test(part)) || (OTHER[0].test(text) && HAN[1].test(part));
  return parts.reduce((text, part) => text + (meets(text, part) ? ' ' : '') + part, '');
}

const collator = new Intl.Collator(locale, { sensitivity: 'base', numeric: true });
/** The order of names. @param {string} a @param {string} b */
export const compare = (a, b) => collator.compare(a, b);

const OWN = new Set(['bad_request', 'conflict', 'forbidden', 'unavailable']);

/**
 * What went wrong, in a sentence. Where the server (or the application behind it) says more than its code does, that is
 * shown; but the server's plain English only to those who read it.
 * @param {{code: string, message?: string}} failure
 */
export function sentence({ code, message }) {
  const word = /** @type {Word} */ (`error.${code}`);
  const said = message && message !== code && (locale.startsWith('en') || /[^\x00-\x7f]/.test(message)) ? message : '';
  if (said && (OWN.has(code) || !(word in words))) return said[0].toLocaleUpperCase() + said.slice(1) + (/[.!?。！？]$/.test(said) ? '' : '.');
  return t(word in words ? word : 'error.internal');
}
