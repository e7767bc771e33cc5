import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { LANGUAGES, PROVERS, PYTHON, ROOT, prove, read } from './language.js';
import { cases, FIXED } from './vector.js';

const kept = JSON.parse(read('tests/browser/examples/vectors.json'));
const expected = (all) => all.map(({ name, good, body }) => `${name}: ${good ? `good ${JSON.parse(body).type}` : 'forged'}`);
const named = (all, said) => all.map(({ name }, index) => `${name}: ${said[index]}`);

test('the kept callbacks are those that the public library signs', () => assert.deepEqual(kept, cases(FIXED)));

for (const language of LANGUAGES) {
  test(`${language} believes what the public library signed, and nothing else`, async () => {
    const command = await PROVERS[language]();
    assert.deepEqual(named(kept, await prove(command, kept)), expected(kept));
    const fresh = cases(Math.floor(Date.now() / 1000)).map(({ now, ...one }) => one); // by its own clock
    assert.deepEqual(named(fresh, await prove(command, fresh)), expected(fresh));
  });
}

for (const language of LANGUAGES) {
  test(`${language}: a gateway’s error in JSON and somebody’s page are no answers of Parlour, a server that hangs is not waited for long, and a time of any length is only wrong`, async () => {
    const gateway = createServer((request, response) => {
      if (request.url?.startsWith('/hangs')) return;
      if (request.url?.startsWith('/page')) return void response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Sign in</h1>');
      response.writeHead(502, { 'content-type': 'application/json' }).end('{"code": 502, "msg": "bad gateway"}');
    });
    await new Promise((resolve) => gateway.listen(0, '127.0.0.1', () => resolve(null)));
    const { port } = /** @type {import('node:net').AddressInfo} */ (gateway.address());
    const long = ['9'.repeat(400), '9'.repeat(5000)].map((time) => ({ ...kept[0], headers: { ...kept[0].headers, 'webhook-timestamp': time } }));
    const begun = Date.now();
    try {
      const command = await PROVERS[language]();
      assert.deepEqual(await prove(command, [{ url: `http://127.0.0.1:${port}` }, { url: `http://127.0.0.1:${port}/page` }, { url: `http://127.0.0.1:${port}/hangs` }, ...long]), ['unreachable', 'unreachable', 'unreachable', 'forged', 'forged']);
      assert.ok(Date.now() - begun < 9_500);
    } finally {
      gateway.closeAllConnections();
      gateway.close();
    }
  });
}

/** Where the public libraries look at less than the specification asks for. */
const agreed = (all) => all.filter(({ name }) => name !== 'a time that is none');

test('the public library for Node says the same of each', () => {
  for (const { name, good, secret, headers, body } of agreed(cases(Math.floor(Date.now() / 1000)))) {
    const verify = () => new Webhook(secret).verify(body, headers);
    if (good) verify();
    else assert.throws(verify, undefined, name);
  }
});

test('the public library for Python says the same of each, and signs the same', async () => {
  const fresh = agreed(cases(Math.floor(Date.now() / 1000)));
  assert.deepEqual(named(fresh, await prove([PYTHON, `${ROOT}tests/browser/examples/prover/library.py`], fresh)), fresh.map(({ name, good }) => `${name}: ${good ? 'good, signed the same' : 'forged'}`));
});
