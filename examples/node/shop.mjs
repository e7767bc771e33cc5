/** A shop with two people, who find each other and the shop in the messenger on its page. Start: node shop.mjs */
import { randomUUID, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { Parlour, ParlourError, plain } from './parlour.mjs';

// --- What any application has: people with passwords, and who is signed in -------------------------------------------

/** @type {Map<string, {name: string, password: string}>} */
const people = new Map([
  ['mia', { name: 'Mia Park', password: 'tea' }],
  ['tom', { name: 'Tom Weber', password: 'coffee' }],
]);
const signedIn = new Map(); // session -> person

/** @param {string|null} who @param {string|null} password */
function isRight(who, password) {
  const [right, given] = [Buffer.from(people.get(who)?.password ?? ''), Buffer.from(password ?? '')];
  return people.has(who) && right.length === given.length && timingSafeEqual(right, given);
}

// --- What Parlour needs of it ----------------------------------------------------------------------------------------

const shownOnce = JSON.parse(readFileSync(process.env.SECRETS ?? 'shop.json', 'utf8')); // as `parlour app register … --json` printed it
const parlour = new Parlour({
  url: process.env.PARLOUR ?? 'http://127.0.0.1:8080',
  app: shownOnce.id,
  key: shownOnce.key,
  callbackSecret: shownOnce.callback_secret,
  tokenSecret: shownOnce.token_secret,
});

const answers = {
  // somebody signs in at Parlour's own page, with the shop's password
  'user.verify': ({ data }) => ({ user: isRight(data.username, data.password) ? { id: data.username, name: people.get(data.username).name } : null }),
  // whom does data.user know? Here: everybody
  'contacts.list': () => ({ groups: [{ id: 'staff', name: 'Staff', users: [...people].map(([id, { name }]) => ({ id, name })) }] }),
  // somebody wrote to the shop itself
  'message.created': ({ data, question }) => question && ({ text: `The shop has read: ${data.message.text}` }),
};

// --- Its pages -------------------------------------------------------------------------------------------------------

const door = `<!doctype html><meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"><title>Shop</title><h1>Shop</h1>
<form method="post" action="/login"><input name="who" placeholder="mia" required> <input name="password" type="password" placeholder="tea" required> <button>Sign in</button></form>`;

/** @param {string} text */
const escape = (text) => text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);

/** @param {string} who */
async function widget(who) {
  try {
    const ticket = await parlour.ticket(who, { name: people.get(who).name });
    return `<script src="${parlour.url}/widget.js" data-app="${parlour.app}" data-user="${escape(who)}" data-ticket="${ticket}"></script>`;
  } catch (error) {
    if (error instanceof ParlourError) return ''; // while Parlour is away, the page comes without it
    throw error;
  }
}

const page = (name, talk) => `<!doctype html><meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"><title>Shop</title><h1>Hello, ${escape(name)}</h1>
<form method="post" action="/tell"><input type="hidden" name="once" value="${randomUUID()}">
  Tell <input name="to" placeholder="tom"> <input name="text" placeholder="The tea has come"> <button>Tell</button></form>
<form method="post" action="/logout"><button onclick="window.Parlour?.stop()">Sign out</button></form>
${talk}`;

const server = createServer((request, response) => {
  serve(request, response).catch((error) => {
    console.error(error);
    response.writeHead(500).end();
  });
});

async function serve(request, response) {
  const respond = (status, text, type = 'text/html; charset=utf-8') => response.writeHead(status, { 'content-type': type }).end(text);
  const back = (more) => response.writeHead(303, { location: '/', ...more }).end();
  const session = /(?:^|; )session=([^;]+)/.exec(request.headers.cookie ?? '')?.[1];
  const who = signedIn.get(session);
  const bytes = await read(request);
  switch (`${request.method} ${request.url}`) {
    case 'POST /parlour': {
      // a callback: answered only when it is signed
      const { status, body } = await parlour.answer(request.headers, bytes, answers);
      return respond(status, body, 'application/json');
    }
    case 'GET /token': // for pages and programs that ask again when a token has expired
      return who ? respond(200, parlour.token(who, { name: people.get(who).name }), 'text/plain') : respond(401, '');
    case 'GET /': {
      if (!who) return respond(200, door);
      return respond(200, page(people.get(who).name, await widget(who)));
    }
    case 'POST /login': {
      const form = new URLSearchParams(bytes.toString());
      if (!isRight(form.get('who'), form.get('password'))) return respond(401, door);
      const fresh = randomUUID();
      signedIn.set(fresh, form.get('who'));
      return back({ 'set-cookie': `session=${fresh}; HttpOnly; SameSite=Lax; Path=/` });
    }
    case 'POST /tell': {
      if (!who) return respond(401, door);
      const form = new URLSearchParams(bytes.toString());
      const text = form.get('text') && `${plain(people.get(who).name)} says: ${plain(form.get('text'))}`;
      try {
        // a double click sends once, because the page has the key
        await parlour.send(`user:${form.get('to')}`, text, { idempotencyKey: form.get('once'), topic: `told/${who}` });
      } catch (error) {
        if (error instanceof ParlourError) return respond(502, `${error.code} ${error.field}: ${error.message}`, 'text/plain');
        throw error;
      }
      return back();
    }
    case 'POST /logout':
      signedIn.delete(session);
      return back();
    default:
      return respond(404, '');
  }
}

async function read(stream) {
  const parts = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}

server.listen(Number(process.env.PORT ?? 9000), '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/`));
