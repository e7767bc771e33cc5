/** An application's pages, on an origin of their own, under a policy that allows nothing but what the widget needs. */
import { createServer } from 'node:http';

const PICTURE = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');

/** A page with a messenger of its own, by the library: `/own?user=…&parlour=<its address>`. */
const OWN = `
const asked = new URLSearchParams(location.search);
const { connect } = await import(asked.get('parlour') + '/parlour.js');
const parlour = connect({ app: 'oa', storage: localStorage, token: async () => (await fetch('/token?user=' + asked.get('user'))).text() });
const heard = [];
parlour.on('message', ({ text }) => heard.push(text));
Object.assign(window, { parlour, heard });
`;
/** The same in a worker, which answers what it hears. */
const WORKER = `
self.onmessage = async ({ data: { server, user } }) => {
  const { connect } = await import(server + '/parlour.js');
  const parlour = connect({ app: 'oa', token: async () => (await fetch('/token?user=' + user)).text() });
  parlour.on('message', ({ text }) => self.postMessage(text));
  await parlour.ready;
  self.postMessage('ready');
};
`;

/** `/start` has the widget, signed in as `?user=`; any address that ends in `.png` is a picture. */
export class Office {
  /** How many tokens the pages have fetched. */
  given = 0;
  /** How often the page for tokens fails from now on. */
  broken = 0;
  /** @type {import('./house.js').House|null} */ house = null;
  /** Pages that a test adds, by path. @type {Map<string, string>} */ pages = new Map();

  static async open() {
    const office = new Office();
    const server = createServer((request, response) => office.#answer(new URL(request.url ?? '/', office.url), response));
    await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(null)));
    office.server = server;
    office.url = `http://127.0.0.1:${server.address().port}`;
    return office;
  }

  close() {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }

  /** @param {URL} url @param {import('node:http').ServerResponse} response */
  #answer({ pathname, searchParams: asked }, response) {
    const [house, user] = [this.house, asked.get('user') ?? 'anna'];
    /** @param {string} type @param {string|Buffer} text @param {object} [more] */
    const give = (type, text, more) => response.writeHead(200, { 'content-type': type, ...more }).end(text);
    const added = this.pages.get(pathname);
    if (added) return give('text/html; charset=utf-8', added);
    if (pathname.endsWith('.png')) return give('image/png', PICTURE);
    if (pathname === '/token') {
      this.given++;
      if (this.broken-- > 0) return response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad gateway</h1>');
      return give('text/plain', house.token(user));
    }
    if (pathname === '/start.js') {
      return give('text/javascript', `Parlour.start({ app: 'oa', ${asked.has('hint') ? `user: '${user}', ` : ''}token: () => fetch('/token?user=${user}'), ...${asked.get('more') ?? '{}'} });`);
    }
    if (pathname === '/page.js' || pathname === '/worker.js') return give('text/javascript', pathname === '/page.js' ? OWN : WORKER, { 'content-security-policy': 'default-src *' });
    if (pathname === '/own') {
      const own = `default-src 'none'; script-src 'self' ${house.url}; connect-src 'self' ${house.url} ${house.url.replace('http', 'ws')}`;
      return give('text/html; charset=utf-8', '<!doctype html><html lang="en"><title>Own</title><script type="module" src="/page.js"></script></html>', { 'content-security-policy': own });
    }
    const policy = `default-src 'none'; script-src 'self' ${house.url}; connect-src 'self'; frame-src ${house.url}; require-trusted-types-for 'script'`;
    return give('text/html; charset=utf-8', page(house.url, user, asked), { 'content-security-policy': policy });
  }
}

/** @param {string} parlour @param {string} user @param {URLSearchParams} asked */
const page = (parlour, user, asked) => `<!doctype html><html lang="${asked.get('lang') ?? 'en'}"><meta name="viewport" content="width=device-width"><title>Office</title>
  <h1>Office</h1><button>Other</button> <a href="/start?hint&user=${user}&second">Next page</a>
  <script src="${parlour}/widget.js"></script><script src="/start.js?${asked}"></script></html>`;
