import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Stage } from './stage.js';

const stage = Stage.house(['anna', 'ben']);

test('the form has the application’s name and colour, and says what is wrong', async () => {
  const anna = await stage.visitor();
  anna.allow(/status of 401 .*\/client\/session /, /status of 401/);
  await anna.page.goto(stage.server.url);
  await anna.page.waitForSelector('h1:text("Acme Office")');
  assert.equal(await anna.page.title(), 'Acme Office');
  const colour = await anna.page.locator('button[type=submit]').evaluate((element) => getComputedStyle(element).backgroundColor);
  assert.equal(colour, 'rgb(15, 118, 110)');
  await anna.page.fill('[name=username]', 'anna');
  await anna.page.fill('[name=password]', 'wrong');
  await anna.page.keyboard.press('Enter');
  await anna.page.waitForSelector('[role=alert]:has-text("not right")');
  await anna.page.fill('[name=password]', 'secret-anna');
  await anna.page.keyboard.press('Enter');
  await anna.page.waitForSelector('.side .me');
});

test('an unknown organisation asks which one', async () => {
  const anna = await stage.visitor();
  anna.allow(/status of 404 .*\/client\/application/);
  await anna.page.goto(`${stage.server.url}/?app=nobody`);
  await anna.page.waitForSelector('[role=alert]:has-text("nobody")');
  assert.equal(await anna.page.inputValue('.input'), 'nobody', 'what was typed is not thrown away');
  await anna.page.keyboard.type('OA');
  await anna.page.keyboard.press('Enter');
  await anna.page.waitForSelector('[name=username]');
});

test('what comes before the browser has painted is shown', async () => {
  const anna = await stage.visitor();
  // a busy machine or a hidden frame: what waits for the next picture waits long
  await anna.page.addInitScript(() => {
    const soon = window.setTimeout;
    window.requestAnimationFrame = (run) => soon(run, 1500);
    window.setTimeout = Object.assign((run, ms, ...rest) => soon(run, ms === 35 || ms === 100 ? 1500 : ms, ...rest), soon);
  });
  await anna.signIn(stage.server.url, 'anna');
});

test('signing out without a connection says that it did not, and stays', async () => {
  const anna = await stage.visitor();
  anna.allow(/ERR_FAILED/);
  await anna.signIn(stage.server.url, 'anna');
  await anna.page.route('**/client/session?app=oa', (route) => (route.request().method() === 'DELETE' ? route.abort() : route.continue()));
  await anna.page.click('.me-button');
  await anna.page.click('text=Sign out');
  await anna.page.waitForSelector('text=You are still signed in');
  await anna.page.unroute('**/client/session?app=oa');
  if (!(await anna.page.locator('text=Sign out').isVisible())) await anna.page.click('.me-button');
  await anna.page.click('text=Sign out');
  await anna.page.waitForSelector('[name=password]');
});

test('signing out ends it for this browser', async () => {
  const anna = await stage.visitor();
  await anna.signIn(stage.server.url, 'anna');
  await anna.page.click('.me-button');
  await anna.page.click('text=Sign out');
  await anna.page.waitForSelector('[name=username]');
  await anna.page.reload();
  await anna.page.waitForSelector('[name=username]');
});

test('presence is chosen, with a note, and others see it', async () => {
  const [anna, ben] = [await stage.visitor(), await stage.visitor()];
  await anna.signIn(stage.server.url, 'anna');
  await ben.signIn(stage.server.url, 'ben');
  await anna.open('Ben Okafor');
  await anna.say('hello');
  await ben.row('Anna Liu').click();
  await ben.page.waitForSelector('.chat-head .presence-available');
  await anna.page.click('.me-button');
  await anna.page.click('.choice:has-text("Busy")');
  await anna.page.fill('.me-menu input[type=text]', 'Out to lunch');
  await anna.page.keyboard.press('Enter');
  await ben.page.waitForSelector('.chat-head .presence-busy');
  await ben.page.waitForSelector('.chat-head :text("Out to lunch")');
  await anna.page.waitForSelector('.me :text("Out to lunch")');
  await anna.page.reload();
  await anna.page.waitForSelector('.me .presence-busy');
  await anna.page.click('.me-button');
  await anna.page.click('.choice:has-text("Invisible")');
  await anna.page.click('text=Save');
  await ben.page.waitForSelector('.chat-head .presence-offline');
});

test('everything is in Chinese for a reader of Chinese', async () => {
  const anna = await stage.visitor({ locale: 'zh-CN' });
  await anna.page.goto(stage.server.url);
  await anna.page.waitForSelector('button:text("登录")');
  assert.equal(await anna.page.getAttribute('html', 'lang'), 'zh-CN');
  await anna.signIn(stage.server.url, 'anna');
  await anna.page.waitForSelector('[role=tab]:has-text("联系人")');
  const text = await anna.page.evaluate(() => document.body.innerText + [...document.querySelectorAll('[aria-label], [title], [placeholder]')].map((e) => `${e.getAttribute('aria-label')} ${e.getAttribute('title')} ${e.getAttribute('placeholder')}`).join(' '));
  const foreign = text.replace(/Anna Liu|Ben Okafor|Acme Office|Ctrl K|Esc|hello|Busy|null|undefined/g, '').match(/[A-Za-z]{3,}/g);
  assert.deepEqual(foreign, null);
});
