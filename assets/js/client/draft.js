/**
 * What is written and not sent, outliving the page. Each tab has its own, so that none clears what another one holds; a
 * conversation opened where nothing was written yet goes on from what was written last, in whichever tab.
 */
import { freshKey } from '../core/key.js';
import { numberOf } from '../core/party.js';
import { local, session } from './keep.js';

/** @typedef {{name: string, text: string, at: number}} Kept */

/**
 * A reloaded tab goes on as itself. The name is put away while the page is there: a tab made as a copy of this one is another.
 * @returns {string}
 */
function ownName() {
  const name = session.get('tab') ?? freshKey();
  session.remove('tab');
  addEventListener('pagehide', () => session.set('tab', name));
  addEventListener('pageshow', () => session.remove('tab'));
  return name;
}

const tab = ownName();

export class Drafts {
  /** What was taken over from another tab. @type {Map<string, Kept>} */ #taken = new Map();

  /** @param {() => {owner: string[], epoch: string}} scope whose they are, and the database of which a conversation's number is */
  constructor(scope) {
    this.scope = scope;
  }

  /** What the list shows. @param {string} party */
  read(party) {
    return this.#found(party)?.text ?? '';
  }

  /** Into the composer. @param {string} party */
  take(party) {
    const found = this.#found(party);
    if (found && found.name !== this.#name(party)) this.#taken.set(party, found);
    return found?.text ?? '';
  }

  /** @param {string} party @param {string} text */
  keep(party, text) {
    if (text.trim()) return local.set(this.#name(party), JSON.stringify({ text, at: Date.now() }));
    local.remove(this.#name(party));
    const taken = this.#taken.get(party);
    this.#taken.delete(party);
    // whoever had it meanwhile goes on writing it
    if (taken && parse(taken.name, local.get(taken.name))?.at === taken.at) local.remove(taken.name);
  }

  /** Whoever signs out leaves nothing for the next one to read. */
  clear() {
    for (const [name] of local.list(`draft/${this.scope().owner.map(encodeURIComponent).join('/')}/`)) local.remove(name);
  }

  /** @param {string} party @returns {Kept|undefined} */
  #found(party) {
    const all = local.list(this.#prefix(party)).flatMap(([name, text]) => parse(name, text) ?? []);
    return all.find(({ name }) => name === this.#name(party)) ?? all.sort((a, b) => b.at - a.at)[0];
  }

  /** @param {string} party */
  #prefix(party) {
    const { owner, epoch } = this.scope();
    return `draft/${[...owner, party, ...(numberOf(party) === null ? [] : [epoch])].map(encodeURIComponent).join('/')}/`;
  }

  /** @param {string} party */
  #name(party) {
    return this.#prefix(party) + tab;
  }
}

/** @param {string} name @param {string|null} kept @returns {Kept|null} */
function parse(name, kept) {
  try {
    const { text, at } = JSON.parse(kept ?? '');
    return typeof text === 'string' && typeof at === 'number' ? { name, text, at } : null;
  } catch {
    return null;
  }
}
