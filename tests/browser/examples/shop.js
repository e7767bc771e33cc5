/** An example as a new user starts it: copied, registered and started by the words of its README. What these install from elsewhere is there already. */
import { spawn } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BINARY, House } from '../pages/house.js';
import { blocks, read, ROOT } from './language.js';

const PATIENCE = 60_000; // javac on a machine with much to do

/** A port that nobody has. @returns {Promise<number>} */
export const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });

export class Shop {
  /** @param {string} name of the example @param {(shop: Shop) => Promise<void>} [before] */
  static async open(name, before) {
    const shop = new Shop();
    shop.house = await House.start();
    shop.whole = await mkdtemp(join(tmpdir(), 'parlour-example-'));
    shop.folder = join(shop.whole, name);
    await cp(`${ROOT}examples`, shop.whole, { recursive: true, filter: (path) => !/\/(venv|tracker|build|__pycache__|parlour-data)$/.test(path) });
    await before?.(shop);
    shop.port = await freePort();
    shop.url = `http://127.0.0.1:${shop.port}`;
    const all = blocks(read(`examples/${name}/README.md`), 'sh');
    const [serve, start] = all.filter((block) => !block.includes('pip install'));
    if (serve !== 'parlour serve\n') throw new Error(`the README of ${name} begins with something else: ${serve}`);
    await shop.start(start.replaceAll('9000', String(shop.port)));
    return shop;
  }

  /** Where it keeps its key and its secrets: those of PHP lie above the folder that a web server gives away. */
  get secrets() {
    return join(this.folder.endsWith('/php') ? this.whole : this.folder, 'shop.json');
  }

  /** @param {string} script with `parlour` as the command that is tested */
  async start(script) {
    const words = `parlour() { "$PARLOUR_BINARY" --data "$PARLOUR_FOLDER" "$@"; }\nset -e\n${script}`;
    const env = { ...process.env, PARLOUR: this.house.own, PORT: String(this.port), PARLOUR_BINARY: BINARY, PARLOUR_FOLDER: join(this.house.folder, 'data'), PYTHONDONTWRITEBYTECODE: '1' };
    const child = spawn('sh', ['-c', words], { cwd: this.folder, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    this.child = child;
    this.said = '';
    this.ended = new Promise((resolve) => child.once('exit', resolve));
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (this.said += text));
    for (const end = Date.now() + PATIENCE; ; await new Promise((resolve) => setTimeout(resolve, 50))) {
      if (await fetch(this.url).then(() => true, () => false)) return;
      if (child.exitCode !== null || Date.now() > end) throw new Error(`the example did not start: ${this.said}`);
    }
  }

  async stop() {
    if (this.child?.exitCode === null) process.kill(-this.child.pid, 'SIGTERM');
    await this.ended;
    await rm(this.whole, { recursive: true, force: true });
    await this.house.stop();
  }

  /** @param {string} path @param {Record<string, string>} form @param {string} [cookie] */
  post(path, form, cookie) {
    return fetch(this.url + path, { method: 'POST', body: new URLSearchParams(form), redirect: 'manual', headers: cookie ? { cookie } : {} });
  }

  /** The cookie of somebody who has signed in. @param {string} who @param {string} password */
  async signIn(who, password) {
    const answer = await this.post('/login', { who, password });
    if (answer.status !== 303) throw new Error(`${who} was not let in: ${answer.status} ${this.said}`);
    return answer.headers.getSetCookie().at(-1).split(';')[0];
  }

  /** Signs in at Parlour. @param {object} credential */
  session(credential) {
    return fetch(`${this.house.own}/client/session`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ app: 'shop', ...credential }) });
  }
}
