import { io, type Socket } from 'socket.io-client';
import type { ClientEvents, ServerEvents } from './events.ts';

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
    reconnectionDelay: 400,
    reconnectionDelayMax: 3_000,
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
  // The server ends the connection when it stops; Socket.IO itself only reconnects after a lost one.
  made.on('disconnect', (reason) => {
    if (reason === 'io server disconnect') setTimeout(() => made.connect(), 1_000);
  });
  // Nor does it where the server refused because its database is away.
  made.on('connect_error', ({ message }) => {
    if (message === 'unavailable') setTimeout(() => made.connect(), 1_000);
  });
  socket = made;
  return made;
}

/** When anything last came from the server, on this machine's clock, in ms: numbers on screen are as of then. */
export function lastHeard(): number {
  return heardAt;
}
