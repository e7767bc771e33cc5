/** Behind a proxy with TLS: people and administrators sign in, and their cookies are bound to it. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Proxy } from './proxy.js';
import { Stage } from './stage.js';

const proxy = await Proxy.open();
after(() => proxy.close());
const stage = Stage.house(['anna', 'ben'], {
  settings: { url: proxy.url, more: ['--trusted-proxies', '127.0.0.1'] },
  more: async (house) => void (proxy.to = house.port),
});
const SELF_MADE = { ignoreHTTPSErrors: true };

/** What the browser keeps of a cookie. @param {import('./window.js').Window} window @param {string} name */
async function cookie(window, name) {
  const found = (await window.page.context().cookies()).find((one) => one.name === name);
  return found && { secure: found.secure, httpOnly: found.httpOnly, sameSite: found.sameSite, path: found.path, domain: found.domain };
}

test('people sign in, stay signed in, and write to each other through the socket', async () => {
  const [anna, ben] = await Promise.all(['anna', 'ben'].map((id) => stage.person(id, SELF_MADE)));
  assert.deepEqual(await cookie(anna, '__Host-parlour.oa'), { secure: true, httpOnly: true, sameSite: 'Strict', path: '/', domain: 'localhost' });
  await anna.open('Ben Okafor');
  await anna.say('through the proxy');
  await ben.row('Anna Liu').click();
  await ben.hear('through the proxy');
  await anna.page.waitForSelector('.mark-read');
  await anna.page.reload();
  await anna.page.waitForSelector('.side .me:has-text("Anna Liu")');
});

test('an administrator sets the server up, and the forms of the console are taken', async () => {
  const root = await stage.visitor(SELF_MADE);
  const { page } = root;
  const link = await stage.server.setUpLink();
  assert.ok(link.startsWith(proxy.url), link);
  await page.goto(link);
  await page.fill('#name', 'root');
  for (const field of ['#password', '#again']) await page.fill(field, 'harbour lantern violet');
  await page.click('text=Create administrator');
  await page.waitForSelector('nav >> text=Applications');
  assert.deepEqual(await cookie(root, '__Host-parlour-console'), { secure: true, httpOnly: true, sameSite: 'Strict', path: '/', domain: 'localhost' });
  assert.equal(await page.locator('text=plain HTTP').count(), 0);
  await page.goto(`${proxy.url}/console/@oa/users/@anna`);
  await page.click('text=Suspend…');
  await page.click('[popover] >> text=Suspend user');
  await page.waitForSelector('.note-good:has-text("Anna Liu")');
  await page.click('[aria-label="Sign out"]');
  await page.waitForSelector('text=You are signed out');
  assert.equal(await cookie(root, '__Host-parlour-console'), undefined);
  await page.fill('#name', 'root');
  await page.fill('#password', 'harbour lantern violet');
  await page.click('button:text-is("Sign in")');
  await page.waitForSelector('nav >> text=Applications');
});
