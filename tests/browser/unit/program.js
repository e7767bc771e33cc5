import { connect } from '../../../assets/js/library/parlour.js';
import { settle } from './clock.js';
import { FakeSocket, welcome } from './socket.js';

/** A program with the library, before a server that a test plays. */
export function program(options = {}) {
  const sockets = [];
  const whys = [];
  class Socket extends FakeSocket {
    constructor(address, protocol) {
      super();
      sockets.push(Object.assign(this, { address, protocol }));
    }
  }
  const parlour = connect({ server: 'https://im.example/chat', app: 'oa', WebSocket: Socket, token: async (why) => (whys.push(why), 'T1'), ...options });
  /** The newest socket, let in. @param {object} [more] */
  const arrive = async ({ hello = {}, sync = { reset: true } } = {}) => {
    await settle();
    const socket = sockets.at(-1);
    socket.opens();
    socket.says({ welcome: { ...welcome, ...hello } });
    socket.says({ sync: { version: 10, ...sync } });
    await settle();
    return socket;
  };
  /** It breaks, and is there again from where it was. */
  const again = async (sync = {}, hello = {}) => {
    sockets.at(-1).ends();
    parlour.reconnect();
    return arrive({ sync, hello });
  };
  return { parlour, sockets, whys, arrive, again };
}
export const ok = (socket, name, rows) => socket.says({ ok: { id: socket.last(name).id, ...rows } });
