/** The real server in a folder of its own, and the command line beside it. */
import { execFile, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const BINARY = process.env.PARLOUR_BIN ?? new URL('../../../target/debug/parlour', import.meta.url).pathname;
const PATIENCE = 20_000;
const NAMES = {
  anna: 'Anna Liu',
  ben: 'Ben Okafor',
  carol: 'Carol Méndez',
  dora: 'Dora Wang',
  emil: 'Emil Berg',
  finn: 'Finn Sand',
  gina: 'Gina Rossi',
  hugo: 'Hugo Blum',
  ivy: 'Ivy Stone',
  jan: 'Jan Novak',
};

export class House {
  /** @param {string} folder */
  constructor(folder) {
    this.folder = folder;
    this.port = 0;
    this.said = '';
    this.printed = '';
  }

  /** @param {{url?: string, more?: string[]}} [settings] the address in front of it, and more options of `serve` */
  static async start({ url, more = [] } = {}) {
    const house = new House(await mkdtemp(join(tmpdir(), 'parlour-browser-')));
    house.public = url;
    house.more = url ? [...more, '--public-url', url] : more;
    await house.serve();
    return house;
  }

  /** Where browsers reach it. */
  get url() {
    return this.public ?? this.own;
  }

  /** Where it listens. */
  get own() {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Starts the server, at the same port as before where it ran before. */
  async serve() {
    const child = spawn(BINARY, ['serve', '--data', join(this.folder, 'data'), '--listen', `127.0.0.1:${this.port}`, '--address-rate', '0', '--sign-in-rate', '0', ...this.more], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.child = child;
    this.ended = new Promise((resolve) => child.once('exit', resolve));
    child.stderr.on('data', (text) => (this.said += text));
    const line = await new Promise((resolve, reject) => {
      let out = '';
      const timer = setTimeout(() => reject(new Error(`the server did not start: ${this.said}`)), PATIENCE);
      child.once('exit', () => reject(new Error(`the server ended: ${this.said}`)));
      child.stdout.on('data', (text) => {
        this.printed += text;
        out += text;
        if (!out.includes('\n')) return;
        clearTimeout(timer);
        resolve(out);
      });
    });
    this.port = Number(/listening on http:\/\/[^:]+:(\d+)/.exec(line)?.[1]);
  }

  /** The one-time link for the first administrator, which is printed after the address. */
  async setUpLink() {
    for (const end = Date.now() + PATIENCE; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 20))) {
      const found = /^set up at (\S+)$/m.exec(this.printed);
      if (found) return found[1];
    }
    throw new Error(`no set-up link was printed: ${this.printed}`);
  }

  /** Stops it without a warning, as a power cut would. */
  async kill() {
    this.child.kill('SIGKILL');
    await this.ended;
  }

  async stop() {
    this.child.kill('SIGTERM');
    const code = await this.ended;
    await rm(this.folder, { recursive: true, force: true });
    if (code !== 0) throw new Error(`the server ended with ${code}: ${this.said}`);
    if (/\bERROR\b/.test(this.said)) throw new Error(`the server complained: ${this.said}`);
  }

  /** The command line. @param {string[]} words @param {string} [input] @returns {Promise<string>} */
  run(words, input) {
    return new Promise((resolve, reject) => {
      const child = execFile(BINARY, ['--data', join(this.folder, 'data'), ...words], (error, out, trouble) => (error ? reject(new Error(`${words.join(' ')}: ${trouble}`)) : resolve(out)));
      child.stdin.on('error', () => {}); // a command that reads nothing has ended by then
      child.stdin.end(input ?? '');
    });
  }

  /** Registers the application `oa`. @param {string[]} more options */
  async application(...more) {
    const found = await this.run(['app', 'register', 'oa', '--name', 'Acme Office', '--colour', '#0f766e', '--json', ...more]);
    return (this.app = JSON.parse(found));
  }

  /** Some of those whom the tests know, with passwords as `signIn` gives them. @param {...string} people their ids */
  async people(...people) {
    for (const id of people) await this.person(id, NAMES[id]);
  }

  /** @param {string} id @param {string} name */
  async person(id, name) {
    await this.run(['user', 'add', 'oa', id, '--name', name, '--password-stdin'], `secret-${id}`);
  }

  /** A token that the application signs for a user. @param {string} user @param {number} seconds */
  token(user, seconds = 3600) {
    const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ sub: user, aud: 'oa', exp: Math.floor(Date.now() / 1000) + seconds })}`;
    return `${signed}.${createHmac('sha256', this.app.token_secret).update(signed).digest('base64url')}`;
  }

  /** The application writes in a user's name. @param {string} user @param {string} to @param {string} text */
  writes(user, to, text) {
    return this.call('POST', '/messages', { from: `user:${user}`, to, text });
  }

  /** The application's own interface; waits as it is told to. @param {string} method @param {string} path @param {object} [body] */
  async call(method, path, body) {
    const response = await fetch(`${this.own}/api/v1${path}`, { method, headers: { authorization: `Bearer ${this.app.key}`, 'content-type': 'application/json' }, ...(body && { body: JSON.stringify(body) }) });
    if (response.status === 429) {
      await new Promise((resolve) => setTimeout(resolve, 1000 * Number(response.headers.get('retry-after'))));
      return this.call(method, path, body);
    }
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.status === 204 ? null : response.json();
  }
}
