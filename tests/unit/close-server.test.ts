import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { Agent, request } from 'undici';
import { expect, test, vi } from 'vitest';
import { closeWith } from '#app/http/close-server.server.ts';

async function listening(patienceMs?: number) {
  const server = createServer((_request, response) => void setTimeout(() => response.end('here'), 5));
  server.on('upgrade', (_request, socket) => socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n'));
  const close = closeWith(server, patienceMs);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, close };
}

test('a client that asks without pause over one connection does not keep a server from its end', async () => {
  const { port, close } = await listening();
  const dispatcher = new Agent({ connections: 1 });
  let answers = 0;
  const asking = (async () => {
    for (;;) {
      const { body } = await request(`http://127.0.0.1:${port}/`, { dispatcher });
      await body.dump();
      answers++;
    }
  })();
  asking.catch(() => {}); // awaited below
  await vi.waitFor(() => expect(answers).toBeGreaterThan(5));
  const before = answers;
  await close();
  await expect(asking).rejects.toThrow();
  // The one under way, and one that is told to come over another connection.
  expect(answers - before).toBeLessThanOrEqual(2);
  await dispatcher.destroy();
});

test('nor does a browser that fell asleep with its live connection open', async () => {
  const { port, close } = await listening(50);
  const asleep = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  asleep.write('GET / HTTP/1.1\r\nHost: x\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n');
  await once(asleep, 'data');
  await close();
  asleep.destroy();
});
