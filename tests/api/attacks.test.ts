import type { ServerBuild } from '@remix-run/node';
import { io } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createApiKey, revokeApiKey } from '#app/domain/access/api-keys.server.ts';
import { createAuth } from '#app/domain/access/auth.server.ts';
import { createRequestCounts } from '#app/domain/access/request-counts.server.ts';
import { apiRoute, startApi, type TestApi } from '#tests/support/api.ts';
import { draftCampaign, numbered } from '#tests/support/campaigns.ts';
import { loginRoute } from '#tests/support/login-route.ts';
import { buildOf, freePort, startWeb } from '#tests/support/web.ts';

/** What an attack on the running product did, against the whole web server: a part that is taken out of it is missed here. */

let api: TestApi;
beforeAll(async () => {
  api = await startApi({ LOG_LEVEL: 'silent' });
});
afterAll(() => api.drop());

const people = { id: 'routes/people', path: 'people', module: { loader: () => ({ address: 'ana@example.com' }) } };
const build = buildOf([apiRoute, loginRoute, people]) as ServerBuild;

/** A web process of its own, with other settings or another memory. */
async function open(env: Partial<TestApi['context']['env']> = {}, auth: Partial<TestApi['context']['auth']> = {}) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const context = { ...api.context, env: { ...api.context.env, port, baseUrl: url, ...env }, auth: { ...api.context.auth, ...auth } };
  const web = await startWeb(context, { build });
  return { url, context, ...web };
}

describe('passwords are not guessed without end', () => {
  test.each([
    ['behind no proxy, by one that says it is another each time', [], (i: number) => `198.51.100.${i}`],
    ['behind a proxy, from ever other addresses of one network', ['127.0.0.1'], (i: number) => `2001:db8:0:7::${i.toString(16)}`],
  ])('%s', async (_how, trustProxy, from) => {
    const web = await open({ trustProxy });
    const { address } = web.context.auth.failures;
    // Each guess costs a hash: fifty would take long.
    expect(address.points).toBe(50);
    address.points = 5;
    try {
      const statuses: number[] = [];
      for (let i = 1; i <= 8; i++) {
        const body = new URLSearchParams({ email: `nobody${i}@example.com`, password: 'a guess of mine' });
        const headers = { origin: web.url, 'x-forwarded-for': from(i) };
        statuses.push((await fetch(`${web.url}/login`, { method: 'POST', redirect: 'manual', headers, body })).status);
      }
      expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
    } finally {
      address.points = 50;
      await web.stop();
      // Whoever comes from there next begins anew.
      await api.db.pool.query('delete from sign_in_failures');
    }
  });

  test('strangers are refused while very many sign in, before a page is made', async () => {
    const web = await open();
    const { passwordChecks } = web.context.auth;
    const busy = Promise.withResolvers<void>();
    const checks: (Promise<unknown> | null)[] = [];
    while (!passwordChecks.isFull(false)) checks.push(passwordChecks.run(false, () => busy.promise));
    try {
      const body = new URLSearchParams({ email: 'ana@example.com', password: 'whatever it is' });
      const answer = await fetch(`${web.url}/login`, { method: 'POST', headers: { origin: web.url }, body });
      expect([answer.status, answer.headers.get('retry-after'), answer.headers.get('x-remix-response')]).toEqual([503, '3', null]);
    } finally {
      busy.resolve();
      await Promise.all(checks);
      await web.stop();
    }
  });
});

test('one address does not have all pages for itself', async () => {
  const web = await open({}, { requests: createRequestCounts(api.db.pool, { requests: 20, windowMs: 1e12 }) });
  try {
    const many = await Promise.all(Array.from({ length: 30 }, () => fetch(`${web.url}/people.data`)));
    expect(many.filter(({ status }) => status === 429)).toHaveLength(10);
  } finally {
    await web.stop();
  }
});

describe('answers', () => {
  test('with people’s data are kept by nobody in between', async () => {
    const web = await open();
    const answer = await fetch(`${web.url}/people.data`);
    await web.stop();
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'private, no-store']);
  });

  test.each(['http', 'https'])('say to browsers what a page may do, where Rollcall is reached by %s', async (scheme) => {
    const web = await open({ baseUrl: `${scheme}://rollcall.example` });
    const one = await fetch(`${web.url}/people.data`);
    const other = await fetch(`${web.url}/people.data`);
    await web.stop();
    const policyOf = ({ headers }: Response) =>
      new Map((headers.get('content-security-policy') ?? '').split(';').map((line) => [line.split(' ')[0], line] as const));
    const policy = policyOf(one);
    expect(policy.get('default-src')).toBe("default-src 'self'");
    expect(policy.get('script-src')).toMatch(/^script-src 'self' 'nonce-[\w+/=]{20,}' 'strict-dynamic'$/);
    expect(policy.get('script-src')).not.toBe(policyOf(other).get('script-src'));
    expect(policy.get('style-src')).toMatch(/^style-src 'self' 'nonce-[^']+'$/);
    for (const [name, value] of [
      ['script-src-attr', "'none'"],
      ['object-src', "'none'"],
      ['base-uri', "'self'"],
      ['form-action', "'self'"],
      ['frame-ancestors', "'self'"],
    ])
      expect(policy.get(name)).toBe(`${name} ${value}`);
    expect(policy.has('upgrade-insecure-requests')).toBe(scheme === 'https');
    const { headers } = one;
    expect(headers.has('strict-transport-security')).toBe(scheme === 'https');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('SAMEORIGIN');
    expect(headers.get('referrer-policy')).toBe('same-origin');
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
    expect(headers.get('permissions-policy')).toContain('camera=()');
    expect(headers.has('x-powered-by')).toBe(false);
  });
});

test('a key that is revoked opens nothing more in another process that remembers it', async () => {
  const auth = createAuth(api.db, { baseUrl: 'http://localhost', secret: 'a secret of at least 32 characters, for tests' });
  const forget = vi.spyOn(auth, 'forgetAccess');
  const web = await open({}, auth);
  // What it calls is in the copy of the context.
  web.context.auth.forgetAccess = forget as never;
  try {
    const { key, apiKey } = await createApiKey(api.db, { name: 'leaving', role: 'analyst', createdBy: null });
    const ask = async () => (await fetch(`${web.url}/api/v1/campaigns`, { headers: { Authorization: `Bearer ${key}` } })).status;
    expect(await ask()).toBe(200);
    await revokeApiKey(api.db, apiKey.id);
    await vi.waitFor(() => expect(forget).toHaveBeenCalled());
    expect(await ask()).toBe(401);
  } finally {
    await web.stop();
  }
});

test('a live connection that asks and reads nothing is cut, and others are served', async () => {
  const web = await open();
  const headers = { Authorization: `Bearer ${api.keys.admin}` };
  const clients = async () =>
    Number(/^rollcall_socket_clients (\d+)/m.exec(await (await fetch(`${web.url}/metrics`, { headers })).text())?.[1]);
  const socket = io(web.url, { auth: { token: api.keys.support }, transports: ['websocket'], reconnection: false });
  try {
    const id = await draftCampaign(api.db, { addresses: numbered(500, 'unread.test') });
    const { rows } = await api.db.pool.query<{ id: number }>('select id from recipients where campaign_id = $1', [id]);
    await vi.waitFor(() => expect(socket.connected).toBe(true));
    expect(await clients()).toBe(1);
    (socket.io.engine.transport as unknown as { ws: { _socket: { pause(): void } } }).ws._socket.pause();
    for (let i = 0; i < 250; i++) socket.emit('recipients:watch', { campaign_id: id, ids: rows.map((row) => row.id) }, () => {});
    await vi.waitFor(async () => expect(await clients()).toBe(0));
    expect((await fetch(`${web.url}/api/v1/campaigns/${id}`, { headers })).status).toBe(200);
  } finally {
    socket.disconnect();
    await web.stop();
  }
});
