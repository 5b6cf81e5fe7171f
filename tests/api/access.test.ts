import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { operations } from '#app/api/operations.server.ts';
import { may, roles } from '#app/domain/access/roles.ts';
import { startApi, type TestApi } from '#tests/support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.drop());

const all = Object.entries(operations);
const fill = (path: string) => path.replaceAll(/\{\w+\}/g, '1');
const paths = [...new Set(all.map(([, { path }]) => path)), '/nothing/here'];

async function problemOf(response: Response) {
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  expect(response.headers.get('cache-control')).toBe('no-store');
  const problem = (await response.json()) as { status: number; code: string; title: string; detail: string; type: string };
  expect(problem).toMatchObject({ type: 'about:blank', status: response.status, title: expect.any(String), detail: expect.any(String) });
  return problem;
}

describe.each(paths)('%s', (path) => {
  test.each(['GET', 'HEAD', 'POST', 'PATCH', 'PUT', 'DELETE'])('%s without a key is refused', async (method) => {
    for (const key of [null, 'rk_unknown']) {
      const response = await api.call(method, fill(path), { key, ...(['POST', 'PATCH', 'PUT'].includes(method) && { body: {} }) });
      // The description of the API is read before there is a key.
      if (path === '/openapi.json' && ['GET', 'HEAD'].includes(method)) {
        expect(response.status).toBe(200);
        continue;
      }
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toContain('Bearer');
    }
  });
});

test.each(all)('%s is refused to roles without its permission, and to no other', async (_name, { method, path, permission }) => {
  for (const role of roles) {
    const response = await api.call(method, fill(path).replace('1', '999999'), {
      key: api.keys[role],
      ...(method === 'POST' && { body: {} }),
    });
    if (may({ role }, permission)) expect(response.status).not.toBe(403);
    else expect(await problemOf(response)).toMatchObject({ status: 403, code: 'forbidden' });
  }
});

test.each(['abc', '0', '-1', '1.5', '01', '99999999999999999999', '%00'])('the malformed id %s names nothing', async (id) => {
  expect(await problemOf(await api.call('GET', `/campaigns/${id}`))).toMatchObject({ status: 404, code: 'not_found' });
});

test('an unknown address and a wrong method say so', async () => {
  expect(await problemOf(await api.call('GET', '/nothing'))).toMatchObject({ status: 404 });
  const response = await api.call('PUT', '/campaigns/1', { body: {} });
  expect(await problemOf(response)).toMatchObject({ status: 405 });
  expect(response.headers.get('allow')).toBe('GET, PATCH, DELETE');
});

test('a key makes 100 calls in a second, then is told when to go on', async () => {
  const own = await startApi();
  const { calls } = own.context.auth;
  expect(calls).toMatchObject({ points: 100, duration: 1 });
  calls.duration = 60; // so that a slow machine makes them all within it, of a kind that never waits for lists
  const answers = await Promise.all(Array.from({ length: 130 }, () => own.call('GET', '/webhook-endpoints')));
  const refused = answers.filter(({ status }) => status === 429);
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(100);
  expect(refused).toHaveLength(30);
  for (const { headers } of refused) expect(headers.get('retry-after')).toMatch(/^([1-9]|[1-5]\d|60)$/);
  expect((await own.call('GET', '/campaigns', { key: own.keys.analyst })).status).toBe(200);
  await own.drop();
});

test('a session may write only from our own pages', async () => {
  const { auth } = api.context;
  await auth.sessions.api.createUser({
    body: { email: 'ana@example.com', password: 'a long password', name: 'Ana', role: 'marketer' as 'admin' },
  });
  const signedIn = await auth.sessions.api.signInEmail({
    body: { email: 'ana@example.com', password: 'a long password' },
    asResponse: true,
  });
  const cookie = signedIn.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ');
  const create = (headers: Record<string, string>) =>
    api.call('POST', '/campaigns', { key: null, headers: { cookie, ...headers }, body: { name: 'From a page', channel: 'email' } });

  expect((await create({ origin: 'http://localhost:3000', 'sec-fetch-site': 'same-origin' })).status).toBe(201);
  expect((await create({ origin: 'http://localhost:3000' })).status).toBe(201);
  const foreign: Record<string, string>[] = [
    { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
    { origin: 'http://other.localhost:3000', 'sec-fetch-site': 'same-site' },
    { origin: 'null' },
  ];
  for (const headers of foreign) {
    expect(await problemOf(await create(headers))).toMatchObject({ status: 403, code: 'cross_origin' });
  }
  // A bad key beside a good cookie is a bad key.
  expect((await create({ origin: 'http://localhost:3000', authorization: 'Bearer wrong' })).status).toBe(401);
});
