/** What the client says while the server, or the network, is not there. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Stage } from './stage.js';

const stage = Stage.house(['anna', 'ben']);
/** What a browser says of a server that is not there. */
const GONE = [/ERR_(CONNECTION|INTERNET|NETWORK|EMPTY)/, /WebSocket connection to/, /status of 50/];

async function pair() {
  const [anna, ben] = [await stage.visitor(), await stage.visitor()];
  anna.allow(...GONE);
  ben.allow(...GONE);
  await Promise.all([anna.signIn(stage.server.url, 'anna'), ben.signIn(stage.server.url, 'ben')]);
  await anna.open('Ben Okafor');
  await anna.say('hello');
  await anna.page.waitForSelector('.chat-head .presence-available');
  return [anna, ben];
}
const green = (window) => window.page.locator('.presence-available').count();

test('a device that is offline is told so at once, and nobody is called available; what is written leaves when it is back', async () => {
  const [anna, ben] = await pair();
  await anna.page.context().setOffline(true);
  await anna.page.waitForSelector('.link-bar.is-shown:has-text("You are offline. What you write is sent when you are back.")', { timeout: 2000 });
  assert.equal(await green(anna), 0);
  await anna.page.waitForSelector('.me:has-text("Offline")');
  await anna.say('from the tunnel');
  await anna.page.context().setOffline(false);
  await ben.row('Anna Liu').click();
  await ben.hear('from the tunnel');
  await anna.sent();
  await anna.until('the bar goes', async () => (await anna.page.locator('.link-bar.is-shown').count()) === 0);
  await anna.page.waitForSelector('.chat-head .presence-available');
});

test('a device without a network that reaches the server all the same is not called offline', async () => {
  const [anna] = await pair();
  await anna.page.evaluate(() => {
    Object.defineProperty(navigator, 'onLine', { value: false });
    dispatchEvent(new Event('offline'));
  });
  await anna.until('the bar goes', async () => (await anna.page.locator('.link-bar.is-shown').count()) === 0);
  assert.ok((await green(anna)) > 0);
});

test('while the server is down nobody is shown as available, and everybody is again when it is back', async () => {
  const [anna] = await pair();
  await stage.server.kill();
  await anna.page.waitForSelector('.link-bar.is-shown');
  assert.equal(await green(anna), 0);
  await anna.page.waitForSelector('.chat-head :text("Presence unknown")');
  await stage.server.serve();
  await anna.page.waitForSelector('.chat-head .presence-available');
});
