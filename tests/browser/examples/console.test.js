import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { Webhook } from 'standardwebhooks';
import { House } from '../pages/house.js';
import { Stage } from '../pages/stage.js';

const run = promisify(execFile);
const PASSWORD = 'harbour lantern violet';
/** An id that would end the quotes of many a language. */
const SOMEBODY = `a"n'n\\u0041$x`;
const folder = await mkdtemp(join(tmpdir(), 'parlour-sample-'));
after(() => rm(folder, { recursive: true, force: true }));

const stage = new Stage(async () => {
  const house = await House.start();
  await house.application('--sign-in', 'local,ticket');
  await house.person(SOMEBODY, 'Ann');
  return house;
});

/** What the console shows for each language: the file's address, and the code, piece by piece. */
async function samples() {
  const { page } = await stage.visitor();
  await page.goto(await stage.server.setUpLink());
  await page.fill('#name', 'root');
  await page.fill('#password', PASSWORD);
  await page.fill('#again', PASSWORD);
  await page.click('text=Create administrator');
  await page.goto(`${stage.server.url}/console/@oa`);
  const all = await page.locator('details[name=sample]').evaluateAll((found) =>
    found.map((one) => [one.querySelector('summary')?.textContent, { file: one.querySelector('a')?.getAttribute('href'), code: [...one.querySelectorAll('pre')].map((pre) => pre.textContent) }])
  );
  return Object.fromEntries(all);
}

const call = JSON.stringify({ type: 'contacts.list', data: { user: 'x' } });

/** What each language wants around the code: a program that prints the ticket, and the status and text that a callback gets. @type {Record<string, {name: string, words: string[], whole: (code: string[]) => string}>} */
const AROUND = {
  PHP: {
    name: 'sample.php',
    words: ['php', '-d', 'auto_prepend_file=around.php', 'sample.php'],
    whole: ([begin, ticket, send, answer]) => `<?php\n${begin}\n${ticket}\n${send}\necho $ticket, "\\n";\n${answer.replace('php://input', 'body.json')}`,
  },
  Python: {
    name: 'sample.py',
    words: ['python3', 'sample.py'],
    whole: ([begin, ticket, send, answer]) => `${begin}\nimport json\nclass request: headers, body = json.load(open("headers.json")), open("body.json", "rb").read()\n${ticket}\n${send}\n${answer}\nprint(ticket)\nprint(answer)`,
  },
  Node: {
    name: 'sample.mjs',
    words: ['node', 'sample.mjs'],
    whole: ([begin, ticket, send, answer]) =>
      `${begin}\nimport { readFileSync } from 'node:fs';\nconst request = { headers: JSON.parse(readFileSync('headers.json')) }, bytes = readFileSync('body.json');\n${ticket}\n${send}\n${answer}\nconsole.log(ticket);\nconsole.log(body);`,
  },
  Java: {
    name: 'Sample.java',
    words: ['sh', '-c', 'javac -d build *.java && java -cp build Sample'],
    whole: ([begin, ticket, send, answer]) => `import java.nio.file.*;\nimport java.util.*;\nclass Sample {
      record Request(Map<String, List<String>> getHeaders) {}
      public static void main(String[] words) throws Exception {
        var headers = new HashMap<String, List<String>>();
        ((Map<?, ?>) Parlour.Json.read(Files.readString(Path.of("headers.json")))).forEach((name, value) -> headers.put((String) name, List.of((String) value)));
        var request = new Request(headers);
        byte[] body = Files.readAllBytes(Path.of("body.json"));
        ${begin}\n${ticket}\n${send}\n${answer}\nSystem.out.println(ticket);\nSystem.out.println(reply.body());\n}}`,
  },
};

test('the code that the console shows works as it stands, in each language that runs here', async () => {
  const { server } = stage;
  const shown = await samples();
  assert.deepEqual(Object.keys(shown), ['PHP', 'Python', 'Node', 'Java', 'C#']);
  const at = new Date();
  const headers = { 'webhook-id': 'msg_1', 'webhook-timestamp': String(Math.floor(at.getTime() / 1000)), 'webhook-signature': new Webhook(server.app.callback_secret).sign('msg_1', at, call) };
  await writeFile(join(folder, 'headers.json'), JSON.stringify(headers));
  await writeFile(join(folder, 'body.json'), call);
  // on the command line PHP has neither of these
  await writeFile(join(folder, 'around.php'), `<?php function getallheaders() { return json_decode(file_get_contents('headers.json'), true); }`);
  const env = { ...process.env, PARLOUR_KEY: server.app.key, PARLOUR_CALLBACK_SECRET: server.app.callback_secret, PARLOUR_TOKEN_SECRET: server.app.token_secret, PYTHONDONTWRITEBYTECODE: '1' };
  for (const [language, { file, code }] of Object.entries(shown)) {
    const library = await fetch(server.url + file);
    assert.equal(library.status, 200, file);
    if (language === 'C#') continue;
    const { name, words, whole } = AROUND[language];
    await writeFile(join(folder, file.split('/').at(-1)), await library.text());
    await writeFile(join(folder, name), whole(code));
    const { stdout } = await run(words[0], words.slice(1), { cwd: folder, env }).catch((error) => assert.fail(`${language}: ${error.stderr}`));
    const [ticket, answer] = stdout.trim().split('\n');
    assert.deepEqual(JSON.parse(answer), { groups: [{ id: 'all', name: 'All', users: [SOMEBODY] }] }, language);
    const session = await fetch(`${server.own}/client/session`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ app: 'oa', ticket }) });
    assert.deepEqual([session.status, (await session.json()).user?.id], [201, SOMEBODY], language);
  }
  const { items } = await server.call('GET', '/conversations?limit=200');
  const { items: messages } = await server.call('GET', `/conversations/${items[0].id}/messages?limit=200`);
  assert.deepEqual(messages.map(({ text }) => text), Array(4).fill('Hello from the application'));
});
