import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';

/** ms for requests that are under way, and for browsers to take leave; then their connections are cut. */
const PATIENCE_MS = 5_000;

/**
 * Prepares a server for its end. What it returns takes no more connections, answers whoever goes on asking over an old one that the next
 * request needs another, and resolves when all are closed. Node itself would wait for as long as a client keeps asking, or sleeps.
 */
export function closeWith(server: Server, patienceMs = PATIENCE_MS): () => Promise<void> {
  const upgraded = new Set<Duplex>();
  server.on('upgrade', (_request, socket) => {
    upgraded.add(socket);
    socket.once('close', () => upgraded.delete(socket));
  });
  return async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.prependListener('request', (_request, response) => response.setHeader('Connection', 'close'));
    const idle = setInterval(() => server.closeIdleConnections(), 50);
    const cut = setTimeout(() => {
      server.closeAllConnections();
      for (const socket of upgraded) socket.destroy();
    }, patienceMs);
    await closed;
    clearInterval(idle);
    clearTimeout(cut);
  };
}
