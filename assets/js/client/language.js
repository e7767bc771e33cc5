/** Words in the reader's language. One catalogue per language; both have the same keys (a test sees to it). */
import { words as en } from './words/en.js';
import { words as zh } from './words/zh.js';

/** @typedef {keyof typeof en} Word */
/** @type {Record<string, Record<Word, string | {one?: string, other: string}>>} */
const catalogues = { en, zh };

/** @param {readonly string[]} wanted */
export function choose(wanted) {
  for (const tag of wanted) {
    const short = tag.toLowerCase().split('-')[0];
    if (short in catalogues) return short === 'zh' ? 'zh-CN' : tag;
  }
  return 'en';
}

/** A page may be asked for in a language: `?lang=zh-CN`. */
const asked = new URLSearchParams(globalThis.location?.search).getAll('lang');
export const locale = choose([...asked, ...(globalThis.navigator?.languages ?? [])]);
const words = catalogues[locale.slice(0, 2)] ?? en;
const plural = new Intl.PluralRules(locale);

/**
 * The sentence for a key, with `{name}` replaced; a number `n` also chooses the plural.
 * @param {Word} word @param {Record<string, string|number>} [values]
 */
export function t(word, values = {}) {
  const found = words[word];
  const text = typeof found === 'string' ? found : (plural.select(Number(values.n)) === 'one' && found.one) || found.other;
  return text.replace(/\{(\w+)\}/g, (_, name) => {
    const value = values[name] ?? '';
    return typeof value === 'number' ? value.toLocaleString(locale) : value;
  });
}

/** @param {string[]} names */
export const listed = (names) => new Intl.ListFormat(locale, { type: 'conjunction' }).format(names);

const collator = new Intl.Collator(locale, { sensitivity: 'base', numeric: true });
/** The order of names. @param {string} a @param {string} b */
export const compare = (a, b) => collator.compare(a, b);

/** What went wrong, in the reader's words where we have them, else in the server's. @param {{code: string, message?: string}} failure */
export function sentence({ code, message }) {
  const word = /** @type {Word} */ (`error.${code}`);
  if (code === 'bad_request' || code === 'conflict' || code === 'forbidden') return message && message !== code ? message : t(word);
  return word in words ? t(word) : message || t('error.internal');
}
