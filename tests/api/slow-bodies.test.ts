import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readEnv } from '#app/config/env.server.ts';
import { startApi, type TestApi } from '#tests/support/api.ts';
import { freePort, startWeb } from '#tests/support/web.ts';

let api: TestApi;
let web: Awaited<ReturnType<typeof startWeb>>;
let port: number;
beforeAll(async () => {
  api = await startApi();
  port = await freePort();
  const env = readEnv({ DATABASE_URL: api.url, LOG_LEVEL: 'error', PORT: String(port) });
  web = await startWeb({ ...api.context, env }, { paceMs: 300 });
});
afterAll(async () => {
  await web.stop();
  await api.drop();
});

/** Sends the head of a request, then a byte now and then for as long as somebody listens; answers what came back. */
function trickle(head: string, byte = ' '): Promise<string> {
  const socket: Socket = connect(port, '127.0.0.1');
  socket.write(`POST ${head}\r\nHost: localhost\r\n`);
  socket.write(`Authorization: Bearer ${api.keys.admin}\r\n\r\n`);
  const timer = setInterval(() => socket.write(byte), 100);
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  socket.on('error', () => {});
  return new Promise((resolve) => {
    socket.once('close', () => {
      clearInterval(timer);
      resolve(text);
    });
  });
}

const json = 'Content-Type: application/json\r\n';
test.each([
  ['a long body', `/api/v1/campaigns HTTP/1.1\r\n${json}Content-Length: 100000`, ' ', 408],
  ['a body without an end', `/api/v1/campaigns HTTP/1.1\r\n${json}Transfer-Encoding: chunked`, '1\r\n \r\n', 408],
  ['a body that nobody reads', '/api/v1/nothing HTTP/1.1\r\nContent-Length: 100000', ' ', 404],
])('%s that only trickles is ended', async (_what, head, byte, status) => {
  expect(await trickle(head, byte)).toMatch(new RegExp(`^HTTP/1\\.1 (408|${status}) `));
});

test('many at once are all ended, and the server serves on', async () => {
  api.context.auth.calls.points = 1_000;
  const many = Array.from({ length: 200 }, () => trickle(`/api/v1/campaigns HTTP/1.1\r\n${json}Content-Length: 100000`));
  // Where a byte is still on its way as the connection ends, TCP may take the answer with it.
  for (const answer of await Promise.all(many)) expect(answer).toMatch(/^(HTTP\/1\.1 408 |$)/);
  expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
});
