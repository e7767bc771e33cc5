/** Notices on the desktop, where nobody looks at this page. They are the page's, under its name. */

export class Desktop {
  /** @type {Map<string, Notification>} */ #shown = new Map();

  /** @param {(tag: string) => void} onclick */
  constructor(onclick) {
    this.onclick = onclick;
  }

  /** Whether there may be some. @returns {'granted'|'denied'|'default'|'none'} */
  get right() {
    return 'Notification' in window && isSecureContext ? Notification.permission : 'none';
  }

  /** @param {string} tag @param {string} title @param {string} body */
  show(tag, title, body) {
    if (this.right !== 'granted' || (document.visibilityState === 'visible' && document.hasFocus())) return;
    try {
      const made = new Notification(title, { tag: `parlour/${tag}`, body, silent: true, dir: 'auto' });
      this.#shown.set(tag, made);
      made.onclick = () => {
        window.focus();
        this.onclick(tag);
      };
    } catch {
      // a phone's browser has notices only for what is installed
    }
  }

  /** @param {string} tag */
  hush(tag) {
    this.#shown.get(tag)?.close();
    this.#shown.delete(tag);
  }

  clear() {
    for (const tag of [...this.#shown.keys()]) this.hush(tag);
  }
}
