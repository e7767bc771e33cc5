/**
 * A message's Markdown, drawn. Only what stands in the table below is ever made; raw HTML is shown as the text it is,
 * a picture as a link. Nothing here, or anywhere, writes markup into the page.
 */
import { Lexer } from '../../vendor/marked.mjs';
import { carried } from './attachment.js';
import { html } from './ui.js';

/** @typedef {any} Token */

const LONG = 20_000;
const DEEP = /^(?:[ \t]*(?:>|(?:[-*+]|\d{1,9}[.)])[ \t]+)){12}|[*_~[(!`<]{60}/m;
const lexer = { gfm: true, breaks: true };
const safe = /^(https?:|mailto:)/i;

/** @type {WeakMap<object, Token[]>} */ const read = new WeakMap();

/** @param {{text: string}} message the tokens are kept with it */
export function tokens(message) {
  let found = read.get(message);
  if (!found) read.set(message, (found = lex(message.text)));
  return found;
}

/** Text that is made to be hard to read (or is by accident) is shown as it stands. @param {string} text @returns {Token[]} */
export function lex(text) {
  if (text.length <= LONG && !DEEP.test(text)) {
    try {
      return new Lexer(lexer).lex(text);
    } catch {
      // falls through: as it stands
    }
  }
  return [{ type: 'text', raw: text, text }];
}

/** @param {string|undefined} href */
export function link(href) {
  const bare = (href ?? '').trim();
  if (!safe.test(bare)) return null;
  try {
    return new URL(bare).href;
  } catch {
    return null;
  }
}

/** @type {Record<string, (token: Token, names: Names) => any>} */
const draw = {
  space: () => null,
  hr: () => html`<hr />`,
  br: () => html`<br />`,
  def: () => null,
  code: (token) => html`<pre dir="ltr" tabindex="0"><code>${token.text}</code></pre>`,
  codespan: (token) => html`<code dir="ltr">${token.text}</code>`,
  heading: (token, names) => html`<p class="md-heading" dir="auto">${inner(token, names)}</p>`,
  paragraph: (token, names) => html`<p dir="auto">${inner(token, names)}</p>`,
  blockquote: (token, names) => html`<blockquote dir="auto">${inner(token, names)}</blockquote>`,
  strong: (token, names) => html`<strong>${inner(token, names)}</strong>`,
  em: (token, names) => html`<em>${inner(token, names)}</em>`,
  del: (token, names) => html`<del>${inner(token, names)}</del>`,
  escape: (token) => token.text,
  checkbox: (token) => (token.checked ? '☑ ' : '☐ '),
  html: (token) => (token.block ? html`<p dir="auto">${token.raw.trim()}</p>` : token.raw),
  text: (token, names) => (token.tokens ? inner(token, names) : called(token.raw ?? token.text, names)),
  link: (token, names) => anchor(token.href, inner(token, names), token.raw),
  image: (token) => anchor(token.href, token.text || token.href, token.raw),
  list: (token, names) => {
    const items = token.items.map((/** @type {Token} */ item) => html`<li dir="auto">${inner(item, names)}</li>`);
    return token.ordered ? html`<ol start=${token.start || 1}>${items}</ol>` : html`<ul>${items}</ul>`;
  },
  table: (token, names) => html`<div class="md-table" tabindex="0"><table>
    <thead><tr>${token.header.map((/** @type {Token} */ cell) => html`<th dir="auto">${inner(cell, names)}</th>`)}</tr></thead>
    <tbody>${token.rows.map((/** @type {Token[]} */ row) => html`<tr>${row.map((cell) => html`<td dir="auto">${inner(cell, names)}</td>`)}</tr>`)}</tbody>
  </table></div>`,
};

/** @typedef {string[]} Names of those who are mentioned */

/** @param {Token} token @param {Names} names */
const inner = (token, names) => (token.tokens ?? []).map((/** @type {Token} */ one) => node(one, names));

/** @param {Token} token @param {Names} names */
const node = (token, names) => (Object.hasOwn(draw, token.type) ? draw[token.type](token, names) : (token.raw ?? ''));

/** @param {string} href @param {any} content @param {string} raw */
function anchor(href, content, raw) {
  const target = link(href);
  return target ? html`<a href=${target} title=${target} target="_blank" rel="noopener noreferrer">${content}</a>` : raw;
}

/** Marks `@Name` of those who are mentioned. @param {string} text @param {Names} names */
function called(text, names) {
  if (!names.length || !text.includes('@')) return text;
  const escaped = names.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).sort((a, b) => b.length - a.length);
  const parts = text.split(new RegExp(`(@(?:${escaped.join('|')}))`));
  return parts.map((part, at) => (at % 2 ? html`<span class="mention">${part}</span>` : part));
}

/** @param {{message: {text: string}, names?: Names}} props */
export const Markdown = ({ message, names = [] }) => html`<div class="md">${tokens(message).map((token) => node(token, names))}</div>`;

/** What stands on lines of its own. */
const BLOCKS = new Set(['paragraph', 'heading', 'blockquote', 'code']);

/** One line of plain words for a list. @param {{text: string, attachments?: import('../library/parlour').Attachment[]}} message */
export function preview(message) {
  if (!message.text && message.attachments?.length) return carried(message.attachments);
  return words(tokens(message)).replace(/\s+/g, ' ').trim();
}

/** @param {Token[]} list @returns {string} */
function words(list) {
  return list
    .map((token) => {
      if (token.type === 'list') return `${token.items.map((/** @type {Token} */ item) => words(item.tokens)).join(' ')} `;
      if (token.type === 'table') return `${[token.header, ...token.rows].flat().map((cell) => words(cell.tokens)).join(' ')} `;
      if (token.type === 'br' || token.type === 'space' || token.type === 'hr') return ' ';
      if (token.type === 'html') return token.raw;
      const text = token.tokens ? words(token.tokens) : (token.text ?? token.raw ?? '');
      return BLOCKS.has(token.type) ? `${text} ` : text;
    })
    .join('');
}
