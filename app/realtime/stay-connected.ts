import type { Socket } from 'socket.io-client';

/** ms between tries, so that who looks on sees the truth within 2 s of the server's return. */
export const reconnection = { reconnectionDelay: 400, reconnectionDelayMax: 1_000 };
const AGAIN_MS = 500;

/**
 * Socket.IO tries again by itself only where a connection was lost: neither where the server ended it, which it does when it stops, nor where
 * it refused because its database is away.
 */
export function stayConnected(socket: Socket): void {
  const again = () => void setTimeout(() => socket.connect(), AGAIN_MS);
  socket.on('disconnect', (reason) => {
    if (reason === 'io server disconnect') again();
  });
  socket.on('connect_error', ({ message }) => {
    if (message === 'unavailable') again();
  });
}
