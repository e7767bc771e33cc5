/** `parlour listen --forward`: an application on a laptop, which no server can reach, is asked and answers. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { test } from 'node:test';
import { BINARY, House } from '../pages/house.js';
import { PYTHON, ROOT } from './language.js';

const LAPTOPS = { python: [PYTHON, 'receiver.py'], node: ['node', 'receiver.mjs'] };

/** A running program, the lines that it prints, and its end. @param {string} program @param {string[]} words @param {object} [env] */
function start(program, words, env = {}) {
  const child = spawn(program, words, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const lines = (stream) => createInterface({ input: stream })[Symbol.asyncIterator]();
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const end = () => (child.kill(), ended);
  return { out: lines(child.stdout), said: lines(child.stderr), end };
}

const next = async (lines) => (await lines.next()).value;

for (const [language, [program, file]] of Object.entries(LAPTOPS)) {
  test(`an application in ${language} on a laptop is asked and answers, and believes only what is signed`, async () => {
    const house = await House.start();
    const { callback_secret: secret } = await house.application();
    await house.people('anna');
    const laptop = start(program, [`${ROOT}tests/browser/examples/laptop/${file}`], { SECRET: secret });
    const url = await next(laptop.out);
    const listener = start(BINARY, ['--data', join(house.folder, 'data'), 'listen', 'oa', '--forward', url]);
    try {
      assert.match(await next(listener.said), /^listening to oa after event 0/);
      await house.writes('anna', 'application', 'balance? 余额 🎈');
      assert.match(await next(listener.out), / {2}message\.created \? {2}user:anna in \d+: balance\? 余额 🎈$/);
      assert.equal(await next(listener.said), `  ${url} answered; replied: ${language}: balance? 余额 🎈`);
      const { items } = await house.call('GET', '/events');
      const kept = await house.call('GET', `/conversations/${items[0].data.message.conversation}/messages`);
      assert.deepEqual(kept.items.map((row) => row.text), ['balance? 余额 🎈', `${language}: balance? 余额 🎈`]);
      await house.run(['app', 'secret', 'rotate', 'oa', 'callback']);
      await house.run(['app', 'secret', 'rotate', 'oa', 'callback']); // now the laptop's is none of the two that are good
      await house.writes('anna', 'application', 'and now?');
      assert.equal(await next(listener.said), `  ${url} answered 401; the question is asked again until it is answered, and its conversation waits behind it`);
    } finally {
      await Promise.all([listener.end(), laptop.end()]);
      await house.stop();
    }
  });
}
