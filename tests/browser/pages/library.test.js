/** The client library in pages of other origins. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { Office } from './office.js';
import { Stage } from './stage.js';

const office = await Office.open();
after(() => office.close());
const stage = Stage.house(['anna', 'ben', 'carol', 'dora', 'emil', 'finn'], {
  options: ['--sign-in', 'local,token', '--origin', office.url],
  more: async (house) => void (office.house = house),
});
/** @type {(user: string, of?: Office) => string} */
const address = (user, of = office) => `${of.url}/own?${new URLSearchParams({ user, parlour: stage.server.url })}`;

/** Waits for it. @param {import('./window.js').Window} window @param {string} script */
const holds = (window, script) => window.until(script, () => window.page.evaluate(script));

/** A page with a messenger of its own. @param {import('./window.js').Window} window @param {string} user */
async function own(window, user) {
  await window.page.goto(address(user));
  await holds(window, 'window.parlour?.status === "online"');
  return {
    /** @param {string} script @param {any} [given] */
    runs: (script, given) => window.page.evaluate(`(async (given) => ${script})(${JSON.stringify(given)})`),
    /** @param {string} text */
    hears: (text) => holds(window, `window.heard.includes(${JSON.stringify(text)})`),
    heard: () => window.page.evaluate('window.heard'),
  };
}

test('a page of an application’s origin has a messenger of its own in a few lines', async () => {
  const [anna, ben] = [await own(await stage.visitor(), 'anna'), await own(await stage.visitor(), 'ben')];
  const sent = await anna.runs(`(await parlour.send('user:ben', 'Hello from another origin')).text`);
  assert.equal(sent, 'Hello from another origin');
  await ben.hears('Hello from another origin');
  const shown = await ben.runs(`({ title: parlour.conversations[0].title, unread: parlour.unread })`);
  assert.deepEqual(shown, { title: 'Anna Liu', unread: 1 });
  await ben.runs(`parlour.read('user:anna')`);
  await ben.runs(`(await parlour.send(parlour.conversations[0].party, 'Read and answered')).id`);
  await anna.hears('Read and answered');
  const refused = await anna.runs(`parlour.send('user:nobody', 'x').then(() => null, ({ code, temporary }) => ({ code, temporary }))`);
  assert.deepEqual(refused, { code: 'not_found', temporary: false });
});

test('two tabs of one user hear each message once, their own too, and agree on what is read', async () => {
  const first = await stage.visitor();
  const second = await stage.tab(first);
  const [one, two, dora] = [await own(first, 'carol'), await own(second, 'carol'), await own(await stage.visitor(), 'dora')];
  await one.runs(`(await parlour.send('user:dora', 'from the first tab')).id`);
  await dora.hears('from the first tab');
  await dora.runs(`(await parlour.send('user:carol', 'to both')).id`);
  for (const tab of [one, two]) {
    await tab.hears('to both');
    assert.deepEqual(await tab.heard(), ['from the first tab', 'to both']);
  }
  await one.runs(`parlour.read('user:dora')`);
  await holds(second, 'window.parlour.unread === 0');
});

test('what one tab could not send outlives it, and another one sends it once', async () => {
  const first = await stage.visitor();
  await first.page.routeWebSocket(/\/ws$/, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((text) => !String(text).includes('"send"') && server.send(text));
  });
  const one = await own(first, 'emil');
  await one.runs(`void parlour.send('user:finn', 'kept in the page').catch(() => {})`);
  await holds(first, `window.parlour.timeline('user:finn').waiting.length === 1`);
  const second = await stage.tab(first);
  await own(second, 'emil');
  await holds(second, `window.parlour.timeline('user:finn').messages.length === 1`);
  await holds(first, `window.parlour.timeline('user:finn').waiting.length === 0`);
  assert.deepEqual(await one.runs(`parlour.timeline('user:finn').messages.map(({ text }) => text)`), ['kept in the page']);
});

test('it works in a worker', async () => {
  const window = await stage.visitor();
  await window.page.goto(`${office.url}/own?${new URLSearchParams({ user: 'anna', parlour: stage.server.url })}`);
  const script = `(given) => {
    window.answers = [];
    const worker = new Worker('/worker.js', { type: 'module' });
    worker.onmessage = ({ data }) => window.answers.push(data);
    worker.postMessage(given);
  }`;
  await window.page.evaluate(`(${script})(${JSON.stringify({ server: stage.server.url, user: 'ben' })})`);
  await holds(window, `window.answers.includes('ready')`);
  await stage.server.writes('anna', 'user:ben', 'into the worker');
  await holds(window, `window.answers.includes('into the worker')`);
});

test('the chat of the guide works as it is printed there', async () => {
  const guide = readFileSync(new URL('../../../docs/javascript.md', import.meta.url), 'utf8');
  const html = /```html\n([^]*?)```/.exec(guide)?.[1] ?? '';
  office.pages.set('/chat', html.replaceAll('https://im.example', stage.server.url));
  await stage.server.call('PUT', '/groups/staff', { name: 'Staff', users: ['carol', 'dora'] });
  const [carol, dora] = [await stage.visitor(), await stage.visitor()];
  for (const [{ page }, user] of /** @type {const} */ ([[carol, 'carol'], [dora, 'dora']])) {
    await page.route('**/parlour-token', (route) => route.fulfill({ body: stage.server.token(user) }));
    await page.goto(`${office.url}/chat`);
  }
  await carol.page.click('button:has-text("Dora Wang")');
  await carol.page.fill('#text', 'Thirty lines');
  await carol.page.keyboard.press('Enter');
  await carol.page.waitForSelector('li:text-is("Carol Méndez: Thirty lines")');
  await dora.page.waitForSelector('#status:has-text("online, 1 unread")');
  await dora.page.click('button:has-text("Carol Méndez")');
  await dora.page.waitForSelector('li:text-is("Carol Méndez: Thirty lines")');
  await dora.page.waitForSelector('#status:has-text("online, 0 unread")');
});

test('a page of an origin that no application allows does not get it', async () => {
  const stranger = await Office.open();
  stranger.house = stage.server;
  try {
    const eve = await stage.visitor();
    eve.allow(/CORS policy/, /ERR_FAILED/, /Failed to fetch dynamically imported module/, /status of 403/, /^$/);
    await eve.page.goto(address('anna', stranger));
    await eve.until('it is refused', async () => eve.complaints.some((text) => text.includes('CORS policy')));
    assert.equal(await eve.page.evaluate('typeof window.parlour'), 'undefined');
  } finally {
    await stranger.close();
  }
});

test('files are sent from a page of another origin, with how far they are, and whoever gets them is told where they are', async () => {
  const window = await stage.visitor();
  const [emil, finn] = [await own(window, 'emil'), await own(await stage.visitor(), 'finn')];
  const sent = await emil.runs(`{
    window.far = [];
    const canvas = Object.assign(document.createElement('canvas'), { width: 40, height: 20 });
    const picture = await new Promise((resolve) => canvas.toBlob(resolve));
    const plan = await parlour.upload(new Blob(['the plan']), { name: 'plan.txt' });
    return parlour.send('user:finn', { text: 'Both', attachments: [plan], files: [new File([picture], 'room.png')], onprogress: (sent, total) => far.push(sent / total) });
  }`);
  assert.deepEqual(sent.attachments.map(({ name, width }) => [name, width]), [['plan.txt', undefined], ['room.png', 40]]);
  assert.equal(await window.page.evaluate('far.at(-1)'), 1);
  await finn.hears('Both');
  const places = await finn.runs('parlour.files(parlour.conversations[0].last)');
  assert.equal(await (await fetch(places[0].url)).text(), 'the plan');
  assert.equal((await fetch(places[1].preview_url)).headers.get('content-type'), 'image/png');

  const refused = await emil.runs(`{
    const end = (promise) => promise.then(() => 'sent', (cause) => (cause.name === 'Failure' ? cause.code : cause.name));
    const stop = new AbortController();
    const broken = end(parlour.send('user:finn', { files: [new Blob(['x'.repeat(100000)])], signal: stop.signal }));
    stop.abort();
    return [await broken, await end(parlour.upload(new Blob([]))), await end(parlour.upload(new Blob([new Uint8Array(parlour.limits.file + 1)])))];
  }`);
  assert.deepEqual(refused, ['AbortError', 'bad_request', 'too_large']);
  assert.equal(await finn.runs('parlour.timeline("user:emil").messages.filter(({ attachments }) => attachments.length).length'), 1);
});
