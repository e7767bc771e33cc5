/**
 * What a contact list of ten thousand costs the page: from signing in to the list, a letter of a search, scrolling, a change and a
 * message while the list is shown; and the longest that the page could answer to nothing. Not a test: figures depend on the machine.
 *
 *   PARLOUR_BIN=target/release/parlour npm --prefix tests/browser run measure
 */
import { House } from '../pages/house.js';
import { Receiver } from '../pages/receiver.js';
import { launch, newContext, newWindow } from '../pages/window.js';

const MANY = 10_000;
/** A person in the list, and not its head. */
const SOMEBODY = '.level-2 .row-title';
const GIVEN = ['Anna', 'Béla', 'Chen', 'Dmitri', 'Élodie', 'Fatima', '王伟', '李娜', 'Gustav', '张敏', 'نور', 'Zoë'];
const FAMILY = ['Liu', 'Okafor', 'Méndez', 'van den Berg', 'Müller', 'Novák', 'Øster', 'Rossi', 'Stone', 'Takahashi', 'Ünal', 'Weiß', 'Young'];

const users = Array.from({ length: MANY }, (_, at) => ({ id: `p${at}`, name: `${GIVEN[at % GIVEN.length]} ${FAMILY[at % FAMILY.length]} ${at}`, title: `Department ${at % 40}` }));
const SHAPES = [
  { what: '20 groups of 500', to: ['ben', 'carol'], groups: Array.from({ length: 20 }, (_, at) => ({ id: `d${at}`, name: `Aisle ${at}`, users: users.slice(500 * at, 500 * at + 500) })) },
  { what: 'one group of 10,000', to: ['anna', 'dora'], groups: [{ id: 'all', name: 'All of them', users }] },
];

const office = await Receiver.open();
const house = await House.start();
const browser = await launch();
try {
  await house.application('--sign-in', 'local', '--callback', office.url, '--approve', office.host);
  office.secret = house.app.callback_secret;
  office.answers['contacts.list'] = ({ user }) => ({ groups: SHAPES.find(({ to }) => to.includes(user.replace('user:', '')))?.groups ?? [] });
  await house.people(...SHAPES.flatMap(({ to }) => to));
  for (const { what, to } of SHAPES) {
    for (const [at, slower] of [1, 4].entries()) {
      console.log(`${what}${slower > 1 ? `, on a phone, the processor slower by ${slower}` : ''}:`);
      console.table(await look(to[at], slower));
    }
  }
} finally {
  await browser.close();
  await house.stop();
  await office.close();
}

/** Milliseconds. @param {string} user @param {number} slower */
async function look(user, slower) {
  const context = await newContext(browser, slower > 1 ? { viewport: { width: 390, height: 844 } } : {});
  const { page } = await newWindow(context);
  await (await context.newCDPSession(page)).send('Emulation.setCPUThrottlingRate', { rate: slower });
  await page.addInitScript(watch);
  /** Does something and waits until it is drawn and all is quiet. @param {() => Promise<unknown>} act @param {string} [selector] */
  const took = async (act, selector) => {
    await page.evaluate((wanted) => measure.begin(wanted), selector);
    await act();
    return page.evaluate(() => measure.end());
  };
  await page.goto(house.url);
  await page.fill('[name=username]', user);
  await page.fill('[name=password]', `secret-${user}`);
  /** @type {Record<string, {shown: number, task: number, gap: number}>} */ const found = {};
  found['signed in for the first time: asked, answered, stored, shown'] = await took(() => page.keyboard.press('Enter'), SOMEBODY);
  await page.reload();
  found['opened again'] = await page.evaluate(() => measure.end());
  await page.focus('.search input');
  for (const letter of 'stone') {
    const one = await took(() => page.keyboard.press(letter));
    const worst = (found['a letter of a search, the worst of five'] ??= one);
    for (const name of /** @type {const} */ (['shown', 'task', 'gap'])) worst[name] = Math.max(worst[name], one[name]);
  }
  found['the search cleared'] = await took(() => page.fill('.search input', ''));
  const box = await page.locator('.windowed').boundingBox();
  await page.mouse.move((box?.x ?? 0) + 100, (box?.y ?? 0) + 200);
  found['scrolled by 60 turns of the wheel'] = await took(async () => {
    for (let turn = 0; turn < 60; turn++) await page.mouse.wheel(0, 900);
  }, '.windowed-row');
  await took(() => page.locator('.windowed').evaluate((element) => element.scrollTo(0, 0)), '.windowed-row');
  const name = (await page.locator(SOMEBODY).first().textContent()) ?? '';
  const id = `p${/\d+/.exec(name)?.[0]}`;
  found['somebody in sight has another title'] = await took(() => house.call('PATCH', `/users/${id}`, { title: `Head, ${user}` }), '.row-detail');
  found['a message came'] = await took(() => house.call('POST', '/messages', { from: `user:${id}`, to: `user:${user}`, text: 'How are you?' }), '.tabs .badge');
  await context.close();
  return found;
}

/** In the page: how long until something is drawn after what was pressed, and the longest task until all is quiet. */
function watch() {
  const QUIET = 1000;
  let [begun, shown, task, gap, last] = [0, 0, 0, 0, 0];
  let wanted = '.level-2 .row-title';
  const drawn = () => requestAnimationFrame(() => setTimeout(() => (shown ||= performance.now())));
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) [task, last] = [Math.max(task, entry.duration), performance.now()];
  }).observe({ type: 'longtask' });
  new MutationObserver(() => {
    last = performance.now();
    if (wanted && document.querySelector(wanted)) drawn();
  }).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  let frame = 0;
  const tick = (/** @type {number} */ now) => {
    if (frame) gap = Math.max(gap, now - frame);
    frame = now;
    requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
  const press = () => (begun = performance.now());
  addEventListener('keydown', press, { capture: true });
  addEventListener('pointerdown', press, { capture: true });
  addEventListener('input', () => wanted || drawn(), { capture: true });
  Object.assign(globalThis, {
    measure: {
      /** @param {string} [selector] what to wait for; else the frame after the next letter */
      begin(selector = '') {
        [begun, shown, task, gap, last, wanted] = [performance.now(), 0, 0, 0, performance.now(), selector];
      },
      async end() {
        const end = performance.now() + 20_000;
        while ((!shown || performance.now() - last < QUIET) && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 50));
        return { shown: Math.round(shown - begun), task: Math.round(task), gap: Math.round(gap) };
      },
    },
  });
}
