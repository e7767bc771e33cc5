/** The real demo: Parlour and the office beside it, and the links that it prints. */
import { spawn } from 'node:child_process';

const BINARY = process.env.PARLOUR_BIN ?? new URL('../../../target/debug/parlour', import.meta.url).pathname;
const PATIENCE = 30_000;

export class Demo {
  said = '';
  printed = '';

  static async start() {
    const demo = new Demo();
    const child = spawn(BINARY, ['demo', '--listen', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'pipe'] });
    demo.child = child;
    demo.ended = new Promise((resolve) => child.once('exit', resolve));
    child.stderr.on('data', (text) => (demo.said += text));
    await new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`the demo is not ready: ${demo.printed}${demo.said}`)), PATIENCE);
      child.once('exit', () => reject(new Error(`the demo ended: ${demo.said}`)));
      child.stdout.on('data', (text) => {
        demo.printed += text;
        if (!demo.printed.includes('Ctrl-C')) return;
        clearTimeout(timer);
        resolve(null);
      });
    });
    return demo;
  }

  get office() {
    return /office listening on (\S+)/.exec(this.printed)?.[1] ?? '';
  }

  get parlour() {
    return /parlour listening on (\S+)/.exec(this.printed)?.[1] ?? '';
  }

  /** The address below the line that says this. @param {string} what */
  link(what) {
    const lines = this.printed.split('\n');
    return (lines[lines.findIndex((line) => line.includes(what)) + 1] ?? '').trim();
  }

  async stop() {
    this.child.kill('SIGTERM');
    const code = await this.ended;
    if (code !== 0) throw new Error(`the demo ended with ${code}: ${this.said}`);
    if (/\bERROR\b/.test(this.said)) throw new Error(`the demo complained: ${this.said}`);
  }

  /** Somebody signs in at the office with a password. @param {import('./window.js').Window} window @param {string} id */
  async enter(window, id) {
    await window.page.goto(this.office);
    await window.page.fill('[name=username]', id);
    await window.page.fill('[name=password]', `demo-${id}`);
    await window.page.keyboard.press('Enter');
    await window.page.waitForURL(`${this.office}/`);
    return window;
  }
}

/** The messenger in the frame of a page. @param {import('./window.js').Window} window */
export const frame = (window) => window.page.frameLocator('iframe');

/** Opens the widget, unless it is open. @param {import('./window.js').Window} window */
export async function openWidget(window) {
  const launcher = window.page.getByRole('button', { name: /messages|打开消息|关闭消息/ });
  if ((await launcher.getAttribute('aria-expanded')) !== 'true') await launcher.click();
}

/** @param {import('./window.js').Window} window @param {string} text */
export async function say(window, text) {
  await frame(window).locator('.composer textarea').fill(text);
  await frame(window).locator('.composer textarea').press('Enter');
}

/** Waits for a message in the open conversation. @param {import('./window.js').Window} window @param {string} text */
export const hear = (window, text) => frame(window).locator('.message .md', { hasText: text }).last().waitFor();
