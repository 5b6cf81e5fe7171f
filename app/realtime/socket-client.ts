import { useSyncExternalStore } from 'react';
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
  const again = () => {
    if (!made.connected && navigator.onLine) made.connect();
  };
  window.addEventListener('online', again);
  // Who signed in again did so in another tab: coming back to this one is the time to ask anew.
  window.addEventListener('focus', again);
  made.on('connect', () => tellRefused(false));
  made.on('connect_error', ({ message }) => {
    if (message === 'unauthorized' || message === 'forbidden') tellRefused(true);
  });
  stayConnected(made);
  socket = made;
  return made;
}

/** When anything last came from the server, on this machine's clock, in ms: numbers on screen are as of then. */
export function lastHeard(): number {
  return heardAt;
}

let refused = false;
const listeners = new Set<() => void>();

function tellRefused(now: boolean): void {
  refused = now;
  for (const tell of listeners) tell();
}

/** Does the server let this browser in no more: signed out in another tab, disabled, another role? Trying again would not help. */
export function useRefused(): boolean {
  return useSyncExternalStore(
    (tell) => {
      listeners.add(tell);
      return () => listeners.delete(tell);
    },
    () => refused,
    () => false,
  );
}
