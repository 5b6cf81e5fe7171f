import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { readEnv } from '#app/config/env.server.ts';
import { through } from '#app/domain/access/door.server.ts';
import { createRequestCounts } from '#app/domain/access/request-counts.server.ts';
import { limitAddress } from '#app/http/limit-address.server.ts';
import { requireUser } from '#app/http/require.server.ts';
import { startApi, type TestApi } from '#tests/support/api.ts';
import { freePort, startWeb } from '#tests/support/web.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.drop());

/** A window that no test sees the end of. */
const windowMs = 1e12;
const process = (requests: number) => createRequestCounts(api.db.pool, { requests, windowMs, tellMs: 0 });
const take = (counts: ReturnType<typeof process>, name: string, times: number) =>
  Array.from({ length: times }, () => counts.take(name)).filter((wait) => wait !== null).length;

test('one name has so many requests in a window, others have theirs', () => {
  const here = process(100);
  expect(take(here, 'ana', 110)).toBe(10);
  expect(take(here, 'bo', 100)).toBe(0);
  expect(here.take('ana')).toBeGreaterThan(0);
});

test('two processes together take no more than one', async () => {
  const [here, there] = [process(1_000), process(1_000)];
  take(here, 'key', 990);
  await vi.waitFor(async () => {
    here.take('key');
    expect((await api.db.pool.query(`select from request_counts where name = 'key'`)).rowCount).toBe(1);
  });
  // The other process asks far less than the limit allows alone.
  let asked = 60;
  take(there, 'key', asked);
  await vi.waitFor(() => {
    asked += 1;
    expect(there.take('key')).not.toBeNull();
  });
  expect(asked).toBeLessThan(500);
});

test('windows that are over are forgotten, and few requests are told to nobody', async () => {
  await api.db.pool.query(`insert into request_counts values ('old', '1960-01-01', 5)`);
  const here = process(1_000);
  take(here, 'quiet', 20);
  take(here, 'busy', 200);
  await vi.waitFor(async () => {
    here.take('busy');
    const { rows } = await api.db.pool.query(`select name from request_counts where name in ('old', 'quiet', 'busy')`);
    expect(rows).toEqual([{ name: 'busy' }]);
  });
});

test('without a database each process counts for itself', () => {
  const here = createRequestCounts({ query: () => Promise.reject(new Error('gone')) } as never, { requests: 100, windowMs, tellMs: 0 });
  expect(take(here, 'ana', 110)).toBe(10);
});

test('an address that asks for too many pages waits; programs, providers and ways out do not', async () => {
  const app = express().set('trust proxy', ['loopback']);
  app.use(limitAddress({ requests: process(30) } as never), (_request, response) => void response.end());
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const ask = (path: string, from: string) =>
    fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, { headers: { 'x-forwarded-for': from } });
  try {
    const many = await Promise.all(Array.from({ length: 40 }, (_, i) => ask('/people', `2001:db8::${i}`)));
    expect(many.filter(({ status }) => status === 429)).toHaveLength(10);
    const refused = await ask('/login', '2001:db8::1');
    expect([refused.status, Number(refused.headers.get('retry-after')) > 0]).toEqual([429, true]);
    expect(await refused.text()).toContain('Wait a little');
    for (const path of ['/u/abc', '/webhooks/twilio/status', '/api/v1/campaigns']) {
      expect([path, (await ask(path, '2001:db8::1')).status]).toEqual([path, 200]);
    }
    expect((await ask('/people', '192.0.2.1')).status).toBe(200);
    // A proxy that nobody named: its address is everybody's.
    app.set('trust proxy', false);
    const behind = await Promise.all(Array.from({ length: 40 }, () => ask('/people', '192.0.2.2')));
    expect(behind.filter(({ status }) => status !== 200)).toEqual([]);
  } finally {
    server.close();
  }
});

test('a key and a person are counted as themselves, once a request', async () => {
  const context = { ...api.context, auth: { ...api.context.auth, requests: process(30) } };
  const env = readEnv({ DATABASE_URL: api.url, LOG_LEVEL: 'error', PORT: String(await freePort()) });
  const web = await startWeb({ ...context, env });
  try {
    const headers = { authorization: `Bearer ${api.keys.admin}` };
    const ask = () => fetch(`http://127.0.0.1:${env.port}/api/v1/campaigns`, { headers });
    const late = (await Promise.all(Array.from({ length: 40 }, ask))).filter(({ status }) => status === 429);
    expect(late).toHaveLength(10);
    expect(await late[0]?.json()).toMatchObject({ code: 'rate_limited', detail: expect.stringContaining('This key has') });
  } finally {
    await web.stop();
  }
  const user = { name: 'Cy', email: 'cy@example.com', password: 'a long password', role: 'admin' as const };
  await context.auth.sessions.api.createUser({ body: user });
  const signedIn = await context.auth.sessions.api.signInEmail({ body: user, asResponse: true });
  const cookie = signedIn.headers.getSetCookie().map((one) => one.split(';')[0]);
  const view = () => requireUser(context, new Request('http://localhost:3000/', { headers: { cookie: cookie.join('; ') } }));
  const page = () => through({ door: 'page', address: null, device: null }, async () => [await view(), await view(), await view()]);
  for (let pages = 0; pages < 30; pages++) await page();
  await expect(page()).rejects.toMatchObject({ init: { status: 429 }, data: { code: 'rate_limited' } });
});
