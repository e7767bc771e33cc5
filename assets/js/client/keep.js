/** What outlives the page in this browser: outbox, drafts, small choices. Where storage is forbidden, memory serves. */

const PREFIX = 'parlour/';

/** @param {() => Storage} open @returns {import('../core/outbox.js').Store & {get: (name: string) => string|null}} */
function keeper(open) {
  /** @type {Map<string, string>} */ const memory = new Map();
  /** @type {Storage|null} */ let storage = null;
  try {
    storage = open();
    storage.getItem(PREFIX);
  } catch {
    storage = null;
  }
  return {
    get: (name) => memory.get(name) ?? storage?.getItem(PREFIX + name) ?? null,
    list(prefix) {
      const names = Object.keys(storage ?? {}).filter((name) => name.startsWith(PREFIX + prefix)).map((name) => name.slice(PREFIX.length));
      const all = new Set([...names, ...[...memory.keys()].filter((name) => name.startsWith(prefix))]);
      return [...all].map((name) => [name, memory.get(name) ?? storage?.getItem(PREFIX + name) ?? '']);
    },
    set(name, text) {
      memory.delete(name);
      try {
        if (!storage) throw new Error('no storage');
        storage.setItem(PREFIX + name, text);
      } catch {
        memory.set(name, text);
      }
    },
    remove(name) {
      memory.delete(name);
      storage?.removeItem(PREFIX + name);
    },
  };
}

export const local = keeper(() => globalThis.localStorage);
export const session = keeper(() => globalThis.sessionStorage);
