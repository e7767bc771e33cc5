/** A way to the server that a test cuts in the middle: passes bytes both ways, swallows the answers, breaks. */
import { connect, createServer } from 'node:net';

export class Relay {
  /** Nothing comes back any more. */ deaf = false;
  /** Called with what a client sends. @type {(text: string) => void} */ onsent = () => {};
  /** How often somebody connected. */ joined = 0;
  /** @type {Set<import('node:net').Socket>} */ #open = new Set();

  /** @param {number} port of the server */
  static async open(port) {
    const relay = new Relay();
    relay.server = createServer((socket) => relay.#join(socket, port));
    await new Promise((resolve) => relay.server.listen(0, '127.0.0.1', () => resolve(null)));
    relay.url = `http://127.0.0.1:${relay.server.address().port}`;
    return relay;
  }

  cut() {
    for (const socket of this.#open) socket.destroy();
  }

  close() {
    this.cut();
    return new Promise((resolve) => this.server.close(resolve));
  }

  /** @param {import('node:net').Socket} socket @param {number} port */
  #join(socket, port) {
    this.joined++;
    const onward = connect(port, '127.0.0.1');
    socket.on('data', (bytes) => (onward.write(bytes), this.onsent(unmasked(bytes))));
    onward.on('data', (bytes) => this.deaf || socket.write(bytes));
    for (const [end, other] of [[socket, onward], [onward, socket]]) {
      this.#open.add(end);
      end.on('error', () => {});
      end.on('close', () => (this.#open.delete(end), other.destroy()));
    }
  }
}

/** The text of one short frame as clients send it (RFC 6455, 5.2); what is none is empty. @param {Buffer} bytes */
function unmasked(bytes) {
  if (bytes[0] !== 0x81) return '';
  const start = (bytes[1] & 0x7f) < 126 ? 2 : 4;
  const mask = bytes.subarray(start, start + 4);
  return Buffer.from(bytes.subarray(start + 4).map((byte, at) => byte ^ mask[at % 4])).toString();
}
