/** What outlives the page or the program: texts by name, in a storage of the host's. Where there is none, memory serves. */

const PREFIX = 'parlour/';

/**
 * @typedef {object} Store keeps texts by name, outliving the page
 * @property {(prefix: string) => Array<[string, string]>} list
 * @property {(name: string, text: string) => void} set
 * @property {(name: string) => void} remove
 */
/** @typedef {Store & {get: (name: string) => string|null}} Keep */
/** What is used of a Storage (HTML standard). @typedef {Pick<Storage, 'getItem'|'setItem'|'removeItem'|'key'|'length'>} Shelf */

/** @param {() => Shelf|undefined} open @returns {Keep} */
export function keeper(open) {
  /** @type {Map<string, string>} */ const memory = new Map();
  /** @type {Shelf|null} */ let storage = null;
  try {
    storage = open() ?? null;
    storage?.getItem(PREFIX);
  } catch {
    storage = null;
  }
  return {
    get: (name) => memory.get(name) ?? storage?.getItem(PREFIX + name) ?? null,
    list(prefix) {
      const stored = Array.from({ length: storage?.length ?? 0 }, (_, at) => storage?.key(at) ?? '');
      const names = stored.filter((name) => name.startsWith(PREFIX + prefix)).map((name) => name.slice(PREFIX.length));
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
