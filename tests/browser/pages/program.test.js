/** The package of the client library: what is in it, and a program in TypeScript that has installed it and loses its connection. */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import WebSocket from 'ws';
import { connect } from '../../../assets/js/library/parlour.js';
import { House } from './house.js';
import { Relay } from './relay.js';

const run = promisify(execFile);
const root = new URL('../../../', import.meta.url);
const client = new URL('clients/js/', root).pathname;
const modules = new URL('../node_modules/', import.meta.url).pathname;
/** Node 22, whatever this machine has. */
const NEWER = join(modules, `node-linux-${process.arch}`, 'bin/node');
const PATIENCE = 30_000;

/** Answers everybody who writes to it. `@ts-expect-error` fails where there is no error. */
const PROGRAM = `
import { connect, Failure, type Message, type Status } from 'parlour-client';
// @ts-ignore it has no types
import WebSocket from 'ws';

const { SERVER = '', TOKEN = '', OWN } = process.env;
const parlour = connect({ server: SERVER, app: 'oa', token: TOKEN, ...(OWN && { WebSocket }) });
const told: Status[] = [];
parlour.on('status', ({ status }) => void told.push(status));
parlour.on('message', async (message: Message) => {
  if (message.from === 'user:bot') return;
  try {
    const { id } = await parlour.send(message.from, { text: \`echo: \${message.text}\`, key: \`echo-\${message.id}\` });
    console.log(id);
  } catch (cause) {
    console.log(cause instanceof Failure ? cause.code : cause);
  }
});
await parlour.ready;
export function wrong() {
  // @ts-expect-error there is no such event
  parlour.on('mesage', () => {});
  // @ts-expect-error a number is nobody
  parlour.send(5, 'x');
}
console.log('ready');
`;

let folder = '';
let house = /** @type {any} */ (null);
let packed = /** @type {any} */ (null);
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parlour-program-'));
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: client });
  packed = JSON.parse(stdout.slice(stdout.indexOf('[')))[0];
  house = await House.start();
  await house.application('--sign-in', 'local,token');
  await house.people('anna');
  await house.person('bot', 'Echo');
  await install();
});
after(async () => {
  await house?.stop();
  await rm(folder, { recursive: true, force: true });
});

test('the package holds the modules, the types, the licence and the readme, and leaves no copies behind', () => {
  const part = (name) => readdirSync(new URL(`assets/js/${name}`, root)).map((file) => `${name}/${file}`);
  const wanted = ['LICENSE', 'README.md', 'package.json', ...part('core'), ...part('library')];
  assert.deepEqual(packed.files.map(({ path }) => path).sort(), wanted.sort());
  assert.equal(packed.version, /^version = "(.*)"/m.exec(readFileSync(new URL('Cargo.toml', root), 'utf8'))?.[1]);
  for (const name of ['core', 'library', 'LICENSE']) assert.equal(existsSync(join(client, name)), false, name);
});

const KINDS = /** @type {const} */ ([['with the socket of the package ws, as in Node 20', true], ['with the WebSocket that Node 22 has', false]]);
for (const [kind, own] of KINDS) {
  const skip = !own && !existsSync(NEWER) && `there is no package of Node 22 for ${process.platform} ${process.arch}`;
  test(`a TypeScript program that installed it answers each message once over a broken connection, ${kind}`, { timeout: 4 * PATIENCE, skip }, async () => {
    const relay = await Relay.open(house.port);
    const bot = begin(own, relay);
    const anna = connect({ server: house.own, app: 'oa', token: house.token('anna'), WebSocket });
    try {
      await bot.said('ready');
      await anna.send('user:bot', `one ${own}`);
      await hears(anna, `echo: one ${own}`);
      // the answer to what it sends next is lost, and the connection with it
      const stored = new Promise((resolve) => {
        relay.onsent = (text) => text.includes(`echo: two ${own}`) && ((relay.deaf = true), resolve(null));
      });
      const { joined } = relay;
      await anna.send('user:bot', `two ${own}`);
      await stored;
      relay.onsent = () => {};
      await hears(anna, `echo: two ${own}`);
      relay.cut();
      relay.deaf = false;
      await anna.send('user:bot', `three ${own}`);
      await hears(anna, `echo: three ${own}`);
      assert.ok(relay.joined > joined, 'it came back');
      const texts = anna.timeline('user:bot').messages.map(({ text }) => text).filter((text) => text.endsWith(String(own)));
      assert.deepEqual(texts, ['one', 'echo: one', 'two', 'echo: two', 'three', 'echo: three'].map((text) => `${text} ${own}`));
    } finally {
      anna.close();
      bot.child.kill();
      await relay.close();
    }
  });
}

test('a program sends a file, and fetches what it was sent', { timeout: 2 * PATIENCE }, async () => {
  const [anna, bot] = ['anna', 'bot'].map((user) => connect({ server: house.own, app: 'oa', token: house.token(user), WebSocket }));
  try {
    const sent = await bot.send('user:anna', { files: [new File(['Q3,12'], 'Bericht für März.csv')] });
    assert.deepEqual([sent.text, sent.attachments.map(({ name }) => name)], ['', ['Bericht für März.csv']]);
    const [place] = await anna.files(sent.id);
    assert.equal(await (await fetch(place.url)).text(), 'Q3,12');
  } finally {
    anna.close();
    bot.close();
  }
});

test('who gives up one file stops only that one, and what was given up beforehand is not sent', { timeout: 2 * PATIENCE }, async () => {
  const bot = connect({ server: house.own, app: 'oa', token: house.token('bot'), WebSocket });
  try {
    await bot.ready;
    const before = { files: [new File(['x'], 'x.txt')], signal: AbortSignal.abort(new Error('never mind')) };
    await assert.rejects(bot.send('user:anna', { text: 'was given up', ...before }), /never mind/);
    const stop = new AbortController();
    const onprogress = () => stop.abort(new Error('enough'));
    const given = bot.upload(new File([new Uint8Array(8 << 20)], 'large.bin'), { signal: stop.signal, onprogress });
    const other = bot.upload(new File(['small'], 'small.txt'), { signal: new AbortController().signal });
    await assert.rejects(given, /enough/);
    assert.equal((await other).name, 'small.txt');
    await bot.send('user:anna', { text: 'after it' });
    const texts = (await bot.history('user:anna')).messages.map(({ text }) => text);
    assert.deepEqual([texts.includes('was given up'), texts.includes('after it')], [false, true]);
  } finally {
    bot.close();
  }
});

test('the program of the guide answers what came before it started and comes now, and outlives somebody who blocks it', { timeout: 4 * PATIENCE }, async () => {
  const guide = readFileSync(new URL('docs/javascript.md', root), 'utf8');
  const code = /## A program that answers\n\n```js\n([^]*?)```/.exec(guide)?.[1] ?? '';
  await house.people('ben', 'carol', 'dora');
  await house.person('guide', 'Guide');
  writeFileSync(join(folder, 'guide.js'), code.replace('https://im.example', house.own));
  const enter = (/** @type {string} */ user) => connect({ server: house.own, app: 'oa', token: house.token(user), WebSocket });
  const [ben, carol] = [enter('ben'), enter('carol')];
  const dora = enter('dora');
  await dora.send('user:guide', 'whoever blocks gets no answer');
  await dora.block('guide');
  await ben.send('user:guide', 'before');
  const child = spawn(process.execPath, ['guide.js'], { cwd: folder, env: { PATH: process.env.PATH, TOKEN: house.token('guide') }, stdio: ['ignore', 'inherit', 'pipe'] });
  let complaints = '';
  const complained = new Promise((resolve) => child.stderr.on('data', (more) => /are blocked/.test((complaints += more)) && resolve(null)));
  try {
    await hears(ben, 'You said: before', 'user:guide');
    const { id } = await carol.createRoom({ title: 'Plans', users: ['ben', 'guide'] });
    await carol.send(`conversation:${id}`, 'in a room');
    await hears(carol, 'You said: in a room', `conversation:${id}`);
    await complained;
    assert.deepEqual([child.exitCode, carol.timeline('user:guide').messages.length], [null, 0], complaints);
  } finally {
    ben.close();
    carol.close();
    dora.close();
    child.kill();
  }
});

/** Waits for a message. @param {import('../../../assets/js/library/parlour.d.ts').Parlour} who @param {string} text @param {string} [to] */
function hears(who, text, to = 'user:bot') {
  const there = () => who.timeline(to).messages.some((message) => message.text === text);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`waited in vain for "${text}"`)), PATIENCE);
    const stop = who.on('change', look);
    function look() {
      if (there()) resolve([clearTimeout(timer), stop()]);
    }
    look();
  });
}

/** A project with the package in it, compiled. */
async function install() {
  writeFileSync(join(folder, 'package.json'), '{"type": "module", "private": true}');
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', packed.filename], { cwd: folder });
  for (const name of ['ws', '@types']) symlinkSync(join(modules, name), join(folder, 'node_modules', name));
  writeFileSync(join(folder, 'bot.ts'), PROGRAM);
  const options = { compilerOptions: { strict: true, module: 'nodenext', target: 'es2022', lib: ['es2022'], types: ['node'] }, files: ['bot.ts'] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(options));
  await run(process.execPath, [join(modules, 'typescript/bin/tsc')], { cwd: folder }).catch(({ stdout }) => assert.fail(stdout));
}

/** Starts it; Node 22 where it brings no socket. @param {boolean} own @param {Relay} relay */
function begin(own, relay) {
  const env = { PATH: process.env.PATH, SERVER: relay.url, TOKEN: house.token('bot'), ...(own && { OWN: 'yes' }) };
  const child = spawn(own ? process.execPath : NEWER, ['bot.js'], { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  /** @param {string} line */
  const said = (line) => new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`it never said "${line}": ${text}`)), PATIENCE);
    const look = () => text.includes(line) && (clearTimeout(timer), resolve(null));
    child.stdout.on('data', (more) => ((text += more), look()));
    look();
  });
  return { child, said };
}
