import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Stage } from './stage.js';

const stage = Stage.house(['anna', 'ben', 'carol', 'dora', 'emil', 'finn']);
/** What a browser says of a server that is not there. */
const GONE = [/ERR_(CONNECTION|INTERNET|NETWORK|EMPTY)/, /WebSocket connection to/, /status of 50/];

/** Somebody who may lose the server. */
async function visitor() {
  const window = await stage.visitor();
  window.allow(...GONE);
  return window;
}
const person = async (id) => (await visitor()).signIn(stage.server.url, id);

test('a killed server is noticed; what is written meanwhile arrives once, in order, after it is back', async () => {
  const [anna, ben] = await Promise.all([person('anna'), person('ben')]);
  await anna.open('Ben Okafor');
  await anna.say('before');
  await ben.row('Anna Liu').click();
  await ben.hear('before');
  await stage.server.kill();
  await anna.page.waitForSelector('.link-bar.is-shown');
  for (const text of ['first', 'second', 'third']) await anna.say(text);
  assert.equal(await anna.page.locator('.is-waiting').count(), 3);
  await anna.page.waitForSelector('.row-chat .icon-clock');
  await stage.server.serve();
  for (const text of ['first', 'second', 'third']) await ben.hear(text);
  await anna.sent();
  assert.deepEqual(await ben.page.locator('.message .md').allTextContents(), ['before', 'first', 'second', 'third']);
  assert.deepEqual(await anna.page.locator('.message .md').allTextContents(), ['before', 'first', 'second', 'third']);
  await anna.until('the bar goes', async () => (await anna.page.locator('.link-bar.is-shown').count()) === 0);
});

test('an answer that is lost on the way makes no second message', async () => {
  const carol = await visitor();
  let lost = 0;
  await carol.page.routeWebSocket(/\/ws$/, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((text) => {
      if (lost === 0 && /"ok":.*"text":"just once"/.test(String(text))) {
        lost++;
        return socket.close({ code: 4002 });
      }
      socket.send(text);
    });
  });
  await carol.signIn(stage.server.url, 'carol');
  await carol.open('Dora Wang');
  await carol.say('just once');
  await carol.until('the answer is lost', async () => lost === 1);
  await carol.sent();
  await carol.hear('just once');
  const dora = await person('dora');
  await dora.row('Carol').click();
  await dora.hear('just once');
});

test('what waits to be sent outlives a reload', async () => {
  const emil = await visitor();
  let open = true;
  await emil.page.routeWebSocket(/\/ws$/, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((text) => (open || !String(text).includes('"send"')) && server.send(text));
  });
  await emil.signIn(stage.server.url, 'emil');
  await emil.open('Finn Sand');
  open = false;
  await emil.say('written before the reload');
  await emil.page.waitForSelector('.is-waiting');
  await emil.page.reload();
  await emil.page.waitForSelector('.is-waiting');
  open = true;
  await emil.page.reload();
  await emil.hear('written before the reload');
  await emil.sent();
  const finn = await person('finn');
  await finn.row('Emil Berg').click();
  await finn.hear('written before the reload');
});

test('a message that is refused says why, and can be written anew or given up', async () => {
  const anna = await visitor();
  await anna.page.routeWebSocket(/\/ws$/, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((text) => {
      const { send } = JSON.parse(String(text));
      if (send?.text !== 'forbidden words') return server.send(text);
      socket.send(JSON.stringify({ error: { id: send.id, code: 'forbidden', message: 'Those words are not allowed here', temporary: false } }));
    });
  });
  await anna.signIn(stage.server.url, 'anna');
  await anna.open('Ben Okafor');
  await anna.say('forbidden words');
  await anna.page.waitForSelector('.message-failed:has-text("Those words are not allowed here")');
  await anna.page.click('.message-failed >> text=Edit');
  assert.equal(await anna.page.inputValue('.composer textarea'), 'forbidden words');
  assert.equal(await anna.page.locator('.message-failed').count(), 0);
  await anna.say('forbidden words');
  await anna.page.click('.message-failed >> text=Discard');
  await anna.until('it is gone', async () => (await anna.page.locator('.is-waiting').count()) === 0);
});

test('a session that ends leads to the form, and nothing written is lost', async () => {
  const anna = await person('anna');
  await anna.open('Ben Okafor');
  await anna.page.fill('.composer textarea', 'half a thought');
  const cookies = await anna.page.context().cookies();
  await fetch(`${stage.server.url}/client/session`, { method: 'DELETE', headers: { origin: stage.server.url, cookie: cookies.map(({ name, value }) => `${name}=${value}`).join('; ') } });
  await anna.page.waitForSelector('.problem:has-text("Your session has ended")');
  await anna.page.fill('[name=username]', 'anna');
  await anna.page.fill('[name=password]', 'secret-anna');
  await anna.page.keyboard.press('Enter');
  await anna.page.waitForSelector('.composer textarea');
  assert.equal(await anna.page.inputValue('.composer textarea'), 'half a thought');
});
