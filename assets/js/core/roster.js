/** Pages of contact groups that are too large to be told whole, and the search among all contacts. */

const PAGE = 200;
const FOUND = 50;

/** @typedef {{users: string[], more: boolean, loading: boolean}} Page */

export class Roster {
  /** @type {Map<string, Page>} */ groups = new Map();
  /** @type {{text: string, users: string[], loading: boolean}} */ found = { text: '', users: [], loading: false };

  /** @param {{ask: (name: string, body: object) => Promise<import('./wire.js').Ok>, onchange: () => void}} plug */
  constructor(plug) {
    this.plug = plug;
  }

  /** Forget what was paged: the list has changed. @param {string} [group] */
  forget(group) {
    if (group) this.groups.delete(group);
    else this.groups.clear();
  }

  /** @param {string} group @returns {Page} */
  of(group) {
    return this.groups.get(group) ?? { users: [], more: true, loading: false };
  }

  /** @param {string} group */
  async more(group) {
    const page = this.of(group);
    if (page.loading || !page.more) return;
    this.groups.set(group, { ...page, loading: true });
    try {
      const after = page.users.at(-1);
      const ok = await this.plug.ask('contacts', { group, ...(after !== undefined && { after }), limit: PAGE });
      const users = [...new Set([...page.users, ...(ok.users ?? []).map((user) => user.id)])];
      this.groups.set(group, { users, more: ok.more === true && users.length > page.users.length, loading: false });
    } catch {
      this.groups.set(group, { ...page, loading: false });
    }
    this.plug.onchange();
  }

  /** @param {string} text */
  async search(text) {
    this.found = { text, users: [], loading: text !== '' };
    this.plug.onchange();
    if (!text) return;
    const ok = await this.plug.ask('contacts', { text, limit: FOUND }).catch(() => ({ users: [] }));
    if (this.found.text !== text) return;
    this.found = { text, users: (ok.users ?? []).map((user) => user.id), loading: false };
    this.plug.onchange();
  }
}
