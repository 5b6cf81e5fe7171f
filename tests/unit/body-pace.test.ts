import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import express from 'express';
import { expect, test } from 'vitest';
import { bodyPace } from '#app/http/body-pace.server.ts';

/** A server that answers without a look at the body, or after it, and what its connections keep. */
async function serve() {
  const sockets: Socket[] = [];
  const app = express();
  app.use(bodyPace());
  app.post('/at-once', (_request, response) => void response.send('early'));
  app.post('/read', async (request, response) => {
    for await (const _ of request);
    response.send('read');
  });
  const server = createServer(app).on('connection', (socket) => sockets.push(socket));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { server, port: (server.address() as AddressInfo).port, kept: () => sockets.map((socket) => socket.listenerCount('close')) };
}

test.each([
  ['read before the answer', '/read', false],
  ['there when it is answered', '/at-once', false],
  ['that comes after the answer', '/at-once', true],
])('a kept connection keeps nothing of a body %s', async (_what, path, late) => {
  const { server, port, kept } = await serve();
  const socket = connect(port, '127.0.0.1').setEncoding('utf8');
  for (let n = 1; n <= 12; n++) {
    socket.write(`POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n${late ? '' : 'words'}`);
    for (let text = ''; !/early|read/.test(text); ) text += ((await once(socket, 'data')) as [string])[0];
    if (late) socket.write('words');
  }
  // Node's own, and those of a request whose end may not have been told yet.
  expect(Math.max(...kept())).toBeLessThan(4);
  socket.destroy();
  server.close();
});
