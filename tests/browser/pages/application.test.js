/** Whether the application answers, as its users see it. */
import { after, test } from 'node:test';
import { Receiver } from './receiver.js';
import { Stage } from './stage.js';

const receiver = await Receiver.open();
after(() => receiver.close());
const stage = Stage.house(['anna', 'ben'], {
  options: ['--sign-in', 'local', '--callback', receiver.url, '--approve', receiver.host],
  more: async (house) => void (receiver.secret = house.app.callback_secret),
});

test('everybody sees at once that the application stopped answering, and that it is back', async () => {
  const [anna, ben] = await Promise.all([stage.person('anna'), stage.person('ben')]);
  const says = (window, text) => window.page.waitForSelector(`.chat-head .row-detail:text-is("${text}")`);
  for (const one of [anna, ben]) {
    await one.open('Acme Office');
    await says(one, 'Answers now');
  }
  receiver.status = 503;
  await anna.say('hello?');
  await anna.page.waitForSelector('.md:has-text("does not answer at the moment")');
  for (const one of [anna, ben]) await says(one, 'Not answering at the moment');
  receiver.status = 200;
  receiver.answers['message.created'] = { text: 'Here I am' };
  for (const one of [anna, ben]) await says(one, 'Answers now');
});
