/** A browser in which people use the client. Whatever it complains about fails the test. */
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';

const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
/** A page asks whether somebody is signed in; that nobody is, is an answer. */
const USUAL = [/status of 401 .*\/client\/session\/socket/];
/** A deadline, not a measure: on a machine with much to do a page takes seconds. */
const PATIENCE = 20_000;

export const launch = () => chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS, chromiumSandbox: false });

/** @param {import('playwright-core').Browser} browser @param {import('playwright-core').BrowserContextOptions} [options] */
export async function newContext(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1180, height: 780 }, locale: 'en-GB', ...options });
  context.setDefaultTimeout(PATIENCE);
  return context;
}

/** @param {import('playwright-core').BrowserContext} context @returns {Promise<Window>} */
export async function newWindow(context) {
  return new Window(await context.newPage());
}

export class Window {
  complaints = [];
  allowed = [...USUAL];

  /** @param {import('playwright-core').Page} page */
  constructor(page) {
    this.page = page;
    page.on('console', (message) => ['error', 'warning'].includes(message.type()) && this.complaints.push(`${message.text()} ${message.location().url}`));
    page.on('pageerror', (error) => this.complaints.push(String(error.stack)));
  }

  /** What is expected to be complained about. @param {...RegExp} patterns */
  allow(...patterns) {
    this.allowed.push(...patterns);
  }

  good() {
    const bad = this.complaints.filter((text) => !this.allowed.some((pattern) => pattern.test(text)));
    assert.deepEqual(bad, []);
  }

  /** @param {string} url @param {string} user */
  async signIn(url, user) {
    await this.page.goto(url);
    await this.page.fill('[name=username]', user);
    await this.page.fill('[name=password]', `secret-${user}`);
    await this.page.keyboard.press('Enter');
    await this.page.waitForSelector('.side .me');
    return this;
  }

  /** Opens a conversation by searching. @param {string} name */
  async open(name) {
    await this.page.fill('.search input', name);
    await this.row(name).first().waitFor();
    await this.page.press('.search input', 'Enter');
    await this.page.waitForSelector(`.chat-title:text-is("${name}")`);
  }

  /** A row on the left, by its title. @param {string} text */
  row(text) {
    return this.page.locator('.side .row', { has: this.page.locator('.row-title', { hasText: text }) });
  }

  /** Opens what stands beside a conversation. */
  details() {
    return this.page.getByRole('button', { name: 'Details' }).last().click();
  }

  /** @param {string} text */
  async say(text) {
    await this.page.fill('.composer textarea', text);
    await this.page.press('.composer textarea', 'Enter');
  }

  /** Waits until the server has everything that was said. */
  sent() {
    return this.until('all is sent', async () => (await this.page.locator('.is-waiting').count()) === 0);
  }

  /** Messages with exactly this text. @param {string} text */
  said(text) {
    return this.page.locator('.message', { has: this.page.locator('.md', { hasText: new RegExp(`^${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`) }) });
  }

  /** Waits until it stands there once. @param {string} text */
  async hear(text) {
    await this.said(text).first().waitFor();
    assert.equal(await this.said(text).count(), 1, `"${text}" once`);
  }

  /** Waits until a condition on the page holds. @param {string} what @param {() => Promise<boolean>} holds */
  async until(what, holds) {
    const end = Date.now() + PATIENCE;
    while (!(await holds())) {
      if (Date.now() > end) assert.fail(`waited in vain until ${what}`);
      await this.page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
    }
  }
}
