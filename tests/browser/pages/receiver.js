/** An application's address for callbacks: checks the signature as the specification says, and answers as the test wishes. */
import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';

export class Receiver {
  /** @type {Array<{type: string, data: any}>} */ heard = [];
  /** What is answered, by the type of the call. @type {Record<string, object | ((data: any) => object)>} */ answers = {};
  status = 200;
  secret = '';
  /** Calls whose signature was not right. */ forged = 0;

  static async open() {
    const receiver = new Receiver();
    const server = createServer(async (request, response) => {
      const parts = [];
      for await (const part of request) parts.push(part);
      receiver.#answer(request.headers, Buffer.concat(parts).toString(), response);
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(null)));
    receiver.server = server;
    receiver.host = `127.0.0.1:${server.address().port}`;
    receiver.url = `http://${receiver.host}/parlour`;
    return receiver;
  }

  close() {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }

  /** @param {import('node:http').IncomingHttpHeaders} headers @param {string} body @param {import('node:http').ServerResponse} response */
  #answer(headers, body, response) {
    const key = Buffer.from(this.secret.replace(/^whsec_/, ''), 'base64');
    const signature = createHmac('sha256', key).update(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`).digest('base64');
    if (!String(headers['webhook-signature']).split(' ').includes(`v1,${signature}`)) {
      this.forged++;
      return response.writeHead(401).end();
    }
    const call = JSON.parse(body);
    this.heard.push(call);
    const answer = this.answers[call.type] ?? {};
    const said = this.status === 200 ? (typeof answer === 'function' ? answer(call.data) : answer) : { error: 'not now' };
    response.writeHead(this.status, { 'content-type': 'application/json' }).end(JSON.stringify(said));
  }
}
