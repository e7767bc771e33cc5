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
    let left = Buffer.alloc(0);
    socket.on('data', (bytes) => {
      onward.write(bytes);
      for (left = Buffer.concat([left, bytes]); ; ) {
        const frame = first(left);
        if (!frame) break;
        left = left.subarray(frame.size);
        this.onsent(frame.text);
      }
    });
    onward.on('data', (bytes) => this.deaf || socket.write(bytes));
    for (const [end, other] of [[socket, onward], [onward, socket]]) {
      this.#open.add(end);
      end.on('error', () => {});
      end.on('close', () => (this.#open.delete(end), other.destroy()));
    }
  }
}

/**
 * The first whole thing that a client sent: a frame, whose text is unmasked (RFC 6455, 5.2), or the request before all frames.
 * @param {Buffer} bytes
 */
function first(bytes) {
  if (bytes[0] === 0x47) {
    const end = bytes.indexOf('\r\n\r\n'); // G, of GET
    return end < 0 ? null : { text: '', size: end + 4 };
  }
  if (bytes.length < 6) return null;
  const short = bytes[1] & 0x7f;
  const start = short < 126 ? 2 : 4;
  const size = start + 4 + (short < 126 ? short : bytes.readUInt16BE(2));
  if (bytes.length < size) return null;
  const mask = bytes.subarray(start, start + 4);
  return { text: Buffer.from(bytes.subarray(start + 4, size).map((byte, at) => byte ^ mask[at % 4])).toString(), size };
}
