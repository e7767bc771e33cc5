/** Where a file of tests plays: a server, a browser, and whoever came in. What a page complained of fails the test in which it did. */
import { after, afterEach, before } from 'node:test';
import { House } from './house.js';
import { launch, newContext, newWindow } from './window.js';

/** @template {{url: string, stop: () => Promise<void>}} Server */
export class Stage {
  /** @type {import('./window.js').Window[]} */ windows = [];

  /** For the whole file. @param {() => Promise<Server>} open */
  constructor(open) {
    before(async () => {
      [this.server, this.browser] = await Promise.all([open(), launch()]);
    });
    after(async () => {
      await this.browser?.close();
      await this.server?.stop();
    });
    afterEach(() => this.#clear());
  }

  /**
   * A server with the application `oa`, and people whom everybody knows.
   * @param {string[]} people @param {{options?: string[], settings?: {url?: string, more?: string[]}, more?: (house: House) => Promise<void>}} [rest]
   *   how the application is registered, how the server is started, and what else is done before
   */
  static house(people, { options = ['--sign-in', 'local'], settings, more } = {}) {
    return new Stage(async () => {
      const house = await House.start(settings);
      await house.application(...options);
      await house.people(...people);
      await more?.(house);
      return house;
    });
  }

  /** Somebody with a browser of their own. @param {import('playwright-core').BrowserContextOptions} [options] */
  async visitor(options) {
    return this.keep(await newWindow(await newContext(this.browser, options)));
  }

  /** Somebody who has signed in. @param {string} id @param {import('playwright-core').BrowserContextOptions} [options] */
  async person(id, options) {
    return (await this.visitor(options)).signIn(this.server.url, id);
  }

  /** One more tab of the same browser. @param {import('./window.js').Window} window */
  async tab(window) {
    return this.keep(await newWindow(window.page.context()));
  }

  /** @param {import('./window.js').Window} window */
  keep(window) {
    this.windows.push(window);
    return window;
  }

  async #clear() {
    const over = this.windows;
    this.windows = [];
    for (const { page } of over) await page.context().close();
    for (const window of over) window.good();
  }
}
