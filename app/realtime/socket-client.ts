import { io, type Socket } from 'socket.io-client';
import type { ClientEvents, ServerEvents } from './events.ts';
import { reconnection, stayConnected } from './stay-connected.ts';

export type LiveSocket = Socket<ServerEvents, ClientEvents>;

let socket: LiveSocket | undefined;
let heardAt = Date.now();

/**
 * The one connection of this tab, made when a page first needs it and kept while it is open. A dead network is noticed by the browser's
 * `offline` event at once, else by Socket.IO's missing heartbeat; coming back does not wait for the next scheduled try.
 */
export function liveSocket(): LiveSocket {
  if (socket) return socket;
  const made: LiveSocket = io({
    path: '/socket.io',
    transports: ['websocket', 'polling'],
    tryAllTransports: true,
    ...reconnection,
  });
  made.io.on('open', () => {
    heardAt = Date.now();
    made.io.engine.on('packet', () => {
      heardAt = Date.now();
    });
  });
  window.addEventListener('offline', () => made.io.engine?.close());
  window.addEventListener('online', () => {
    if (!made.connected) made.connect();
  });
  stayConnected(made);
  socket = made;
  return made;
}

/** When anything last came from the server, on this machine's clock, in ms: numbers on screen are as of then. */
export function lastHeard(): number {
  return heardAt;
}
