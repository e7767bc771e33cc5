import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { Stage } from '../pages/stage.js';
import { LANGUAGES } from './language.js';
import { Shop } from './shop.js';

const launcher = (window) => window.page.getByRole('button', { name: /messages/ });
const frameOf = (window) => window.page.frameLocator('iframe');
const message = (frame, text) => frame.locator('.message .md', { hasText: new RegExp(`^${text}$`) });

for (const language of LANGUAGES) describe(language, () => {
  /** @type {{server: Shop} & Stage} */
  const stage = /** @type {any} */ (new Stage(() => Shop.open(language)));

  /** Somebody signs in at the shop's own page, and the widget on it connects. */
  async function visitor(who, password) {
    const window = await stage.visitor();
    await window.page.goto(stage.server.url);
    await window.page.fill('[name=who]', who);
    await window.page.fill('[name=password]', password);
    await window.page.getByRole('button', { name: 'Sign in' }).click();
    await launcher(window).click();
    return window;
  }

  async function say(frame, text) {
    await frame.locator('textarea').fill(text);
    await frame.locator('textarea').press('Enter');
  }

  test('two who sign in at the shop find each other and talk, and the shop answers', async () => {
    const [mia, tom] = [await visitor('mia', 'tea'), await visitor('tom', 'coffee')];
    const [here, there] = [frameOf(mia), frameOf(tom)];
    await here.getByRole('tab', { name: 'Contacts' }).click();
    await here.locator('.row', { hasText: 'Tom Weber' }).click();
    await say(here, 'Is the green one in stock?');
    await there.getByRole('tab', { name: 'Chats' }).click();
    await there.locator('.row', { hasText: 'Mia Park' }).click();
    await message(there, 'Is the green one in stock\\?').waitFor();
    await say(there, 'Two of them');
    await message(here, 'Two of them').waitFor();
    await mia.page.evaluate(() => /** @type {any} */ (window).Parlour.open('application'));
    await here.locator('.chat-title', { hasText: 'Shop' }).waitFor();
    await say(here, 'When do you close? 🍵');
    await message(here, 'The shop has read: When do you close\\? 🍵').waitFor();
    assert.equal(await message(here, 'The shop has read: .*').count(), 1);
    await mia.page.getByRole('button', { name: 'Sign out' }).click();
    await mia.page.locator('[name=password]').waitFor();
  });

  test('a token that the shop signs lets its user in', async () => {
    assert.equal((await fetch(`${stage.server.url}/token`)).status, 401);
    const cookie = await stage.server.signIn('mia', 'tea');
    const token = await (await fetch(`${stage.server.url}/token`, { headers: { cookie } })).text();
    const answer = await stage.server.session({ token });
    const { user } = await answer.json();
    assert.deepEqual([answer.status, user.id, user.name], [201, 'mia', 'Mia Park']);
    assert.equal((await stage.server.session({ token: `${token.slice(0, -4)}AAAA` })).status, 401);
  });

  test("the shop's passwords are good at Parlour's own page, and others are not", async () => {
    const answer = await stage.server.session({ username: 'tom', password: 'coffee' });
    assert.deepEqual([answer.status, (await answer.json()).user.name], [201, 'Tom Weber']);
    assert.equal((await stage.server.session({ username: 'tom', password: 'tea' })).status, 401);
    assert.equal((await stage.server.session({ username: 'eve', password: 'tea' })).status, 401);
    assert.equal((await stage.server.post('/login', { who: 'tom', password: 'tea' })).status, 401);
  });

  test('a callback that is not signed is refused', async () => {
    const { url, secrets } = stage.server;
    const secret = JSON.parse(await readFile(secrets, 'utf8')).callback_secret;
    assert.equal((await stat(secrets)).mode & 0o077, 0, 'nobody else may read them');
    const asked = JSON.stringify({ type: 'contacts.list', data: { user: 'mia' } });
    /** @param {string} key @param {number} [late] seconds @param {string} [body] */
    const call = async (key, late = 0, body = asked) => {
      const at = new Date(Math.floor(Date.now() / 1000 - late) * 1000);
      const headers = { 'webhook-id': 'msg_1', 'webhook-timestamp': String(at.getTime() / 1000), 'webhook-signature': new Webhook(key).sign('msg_1', at, body) };
      const answer = await fetch(`${url}/parlour`, { method: 'POST', body, headers: key ? headers : {} });
      const { groups, text } = await answer.json();
      return [answer.status, text ?? groups?.[0].users.length];
    };
    assert.deepEqual(await call(secret), [200, 2]);
    assert.deepEqual(await call('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'), [401, undefined]);
    assert.deepEqual(await call(secret, 400), [401, undefined]);
    const written = { type: 'message.created', data: { message: { id: 1, text: 'hello' } } };
    assert.deepEqual(await call(secret, 0, JSON.stringify({ ...written, question: true })), [200, 'The shop has read: hello']);
    assert.deepEqual(await call(secret, 0, JSON.stringify(written)), [200, undefined], 'what people write to each other is no question');
    const bare = await fetch(`${url}/parlour`, { method: 'POST', body: asked });
    assert.equal(bare.status, 401);
  });

  test('what is sent twice with one key is there once, with its topic, and a refusal says which field', async () => {
    const cookie = await stage.server.signIn('mia', 'tea');
    await stage.server.session({ username: 'tom', password: 'coffee' });
    const tell = async (form) => {
      const answer = await stage.server.post('/tell', form, cookie);
      return `${answer.status} ${await answer.text()}`;
    };
    const twice = { to: 'tom', text: 'grünes Päckchen "7/8" 📦\n\n# [Confirm](https://evil.example)', once: `tell-${language}` };
    assert.equal(await tell(twice), '303 ');
    assert.equal(await tell(twice), '303 ');
    assert.match(await tell({ ...twice, text: 'another' }), /^502 conflict /);
    assert.match(await tell({ to: 'tom', text: '', once: 'nothing' }), /^502 bad_request text: ./);
    assert.match(await tell({ to: 'nobody', text: 'hello', once: 'nobody' }), /^502 not_found to: ./);
    const { key } = JSON.parse(await readFile(stage.server.secrets, 'utf8'));
    stage.server.house.app = { key };
    const { items } = await stage.server.house.call('GET', '/conversations?limit=200');
    const all = await Promise.all(items.map(({ id }) => stage.server.house.call('GET', `/conversations/${id}/messages?limit=200`)));
    const told = all.flatMap((page) => page.items).filter(({ text }) => text.includes('Päckchen'));
    assert.deepEqual(told.map(({ text, topic }) => [text, topic]), [['Mia Park says: grünes Päckchen \\"7\\/8\\" 📦 \\# \\[Confirm\\]\\(https\\:\\/\\/evil\\.example\\)', 'told/mia']]);
  });

  test('while Parlour is away, its page comes without the messenger', async () => {
    const cookie = await stage.server.signIn('mia', 'tea');
    const page = async () => {
      const answer = await fetch(stage.server.url, { headers: { cookie } });
      return [answer.status, /Hello, Mia Park/.test(await answer.clone().text()), /widget\.js" data-app="shop" data-user="mia" data-ticket="/.test(await answer.text())];
    };
    assert.deepEqual(await page(), [200, true, true]);
    await stage.server.house.kill();
    assert.deepEqual(await page(), [200, true, false]);
    await stage.server.house.serve();
    assert.deepEqual(await page(), [200, true, true]);
  });
});
