import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { boundedFetch, withinAll } from '#app/domain/access/oidc-fetch.server.ts';

/** What a provider may answer, or whoever stands in its place. */
const answers: Record<string, (response: ServerResponse) => void> = {
  small: (response) => response.end('{"keys": []}'),
  largest: (response) => response.end(Buffer.alloc(256 * 1_024, 'x')),
  'one byte more': (response) => response.end(Buffer.alloc(256 * 1_024 + 1, 'x')),
  'small while it is packed': (response) =>
    response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync(Buffer.alloc(50 * 1_024 * 1_024))),
  endless(response) {
    const more = () => {
      while (!response.destroyed && response.write(Buffer.alloc(64 * 1_024, 'x')));
    };
    response.on('drain', more);
    more();
  },
  'nothing at all': (response) => response.writeHead(204).end(),
  never: () => {},
  'a head and no body': (response) => response.writeHead(200).flushHeaders(),
  elsewhere: (response) => response.writeHead(302, { Location: '/small' }).end(),
};

const server = createServer((request, response) => answers[decodeURIComponent(request.url?.slice(1) ?? '')]?.(response));
let origin: string;
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

const ask = (what: string) =>
  boundedFetch(`${origin}/${encodeURIComponent(what)}`, { method: 'GET', headers: {}, redirect: 'manual', body: null });

describe('an answer', () => {
  test.each(['small', 'largest', 'nothing at all', 'elsewhere'])('that is %s comes as it is', async (what) => {
    const answer = await ask(what);
    expect(answer.status).toBe({ 'nothing at all': 204, elsewhere: 302 }[what] ?? 200);
    expect((await answer.text()).length).toBe({ small: 12, largest: 256 * 1_024 }[what] ?? 0);
  });

  test.each(['one byte more', 'small while it is packed', 'endless'])('that is %s is not read to its end', async (what) => {
    await expect(ask(what)).rejects.toThrow('more than 262144 bytes');
  });

  test.each(['never', 'a head and no body'])('that is %s ends with the time for all of them', async (what) => {
    await expect(withinAll(() => ask(what), 50)).rejects.toMatchObject({ name: 'TimeoutError' });
  });
});

test('several answers have one time together', async () => {
  let asked = 0;
  const all = withinAll(async () => {
    for (;;) {
      await ask('small');
      asked++;
    }
  }, 200);
  await expect(all).rejects.toMatchObject({ name: 'TimeoutError' });
  expect(asked).toBeGreaterThan(1);
  expect((await ask('small')).status).toBe(200);
});
