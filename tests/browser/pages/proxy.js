/** A proxy with TLS before the server, as an operator would put there: ends TLS, says whom it speaks for, passes sockets. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { createServer } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A key and a certificate for `localhost` that nobody but a test would believe. */
async function certificate() {
  const folder = await mkdtemp(join(tmpdir(), 'parlour-tls-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  await run('openssl', ['req', ...kind, '-keyout', key, '-out', cert]);
  const found = { key: await readFile(key), cert: await readFile(cert) };
  await rm(folder, { recursive: true });
  return found;
}

export class Proxy {
  /** The server's port, once it is known. */ to = 0;
  /** Others behind the same address: how their paths begin, and their ports. @type {Record<string, number>} */ ways = {};

  static async open() {
    const proxy = new Proxy();
    const server = createServer(await certificate(), (asked, answer) => proxy.#pass(asked, answer));
    server.on('upgrade', (asked, socket, head) => proxy.#join(asked, socket, head));
    await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(null)));
    proxy.server = server;
    proxy.url = `https://localhost:${server.address().port}`;
    return proxy;
  }

  close() {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }

  /** @param {import('node:http').IncomingMessage} asked */
  #head(asked) {
    return { ...asked.headers, 'x-forwarded-for': asked.socket.remoteAddress ?? '', 'x-forwarded-proto': 'https' };
  }

  /** @param {import('node:http').IncomingMessage} asked @param {import('node:http').ServerResponse} answer */
  #pass(asked, answer) {
    const way = Object.keys(this.ways).find((begin) => asked.url?.startsWith(begin));
    const onward = request({ host: '127.0.0.1', port: way ? this.ways[way] : this.to, method: asked.method, path: asked.url, headers: this.#head(asked) }, (found) => {
      answer.writeHead(found.statusCode ?? 502, found.headers);
      found.pipe(answer);
    });
    onward.on('error', () => answer.writeHead(502).end());
    asked.pipe(onward);
  }

  /** @param {import('node:http').IncomingMessage} asked @param {import('node:stream').Duplex} socket @param {Buffer} head */
  #join(asked, socket, head) {
    const onward = connect(this.to, '127.0.0.1', () => {
      const lines = Object.entries(this.#head(asked)).map(([name, value]) => `${name}: ${value}\r\n`);
      onward.write(`GET ${asked.url} HTTP/1.1\r\n${lines.join('')}\r\n`);
      onward.write(head);
      socket.pipe(onward).pipe(socket);
    });
    for (const end of [socket, onward]) end.on('error', () => (socket.destroy(), onward.destroy()));
  }
}
