import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Door, through } from '#app/domain/access/door.server.ts';
import { createRefusals, type Refusals, refuse } from '#app/domain/access/refusals.server.ts';
import { signIn, signOut } from '#app/http/sign-in.server.ts';
import { startApi, type TestApi } from '#tests/support/api.ts';

let api: TestApi;
let refusals: Refusals;
const password = 'correct horse battery';
beforeAll(async () => {
  api = await startApi();
  await api.context.auth.sessions.api.createUser({ body: { email: 'ana@example.com', password, name: 'Ana', role: 'analyst' } });
});
afterAll(() => api.drop());
let since = 0;
beforeEach(async () => {
  const { rows } = await api.db.pool.query('select coalesce(max(seq), 0) as seq from audit_log');
  since = rows[0].seq;
  refusals = createRefusals(api.db.pool, (error) => {
    throw error;
  });
});

const from = <T>(address: string, work: () => T, door: Door['door'] = 'api'): T =>
  through({ door, address, device: 'curl/8', refusals }, work);
async function told() {
  await refusals.close();
  const { rows } = await api.db.pool.query(
    `select actor_kind, actor_name, address, action, outcome, reason, object_type, object_name, times from audit_log where seq > $1 order by seq`,
    [since],
  );
  return rows;
}
const form = (cookie = '') =>
  new Request('http://localhost:3000/login', {
    method: 'POST',
    headers: { origin: 'http://localhost:3000', 'x-real-client-ip': '192.0.2.1', cookie },
  });

test('sign-ins right and wrong and sign-outs are told; what was typed only where it names an account', async () => {
  const visit = <T>(work: () => Promise<T>) => from('192.0.2.1', work, 'page');
  await visit(() => signIn(api.context, form(), { email: 'Ana@Example.com', password: 'wrong' }));
  await visit(() => signIn(api.context, form(), { email: 'my secret passphrase', password: '' }));
  const answer = (await visit(() => signIn(api.context, form(), { email: 'ana@example.com', password }))) as Response;
  const cookies = answer.headers.getSetCookie().map((one) => one.split(';')[0]);
  await visit(() => signOut(api.context, form(cookies.join('; '))));
  for (let i = 0; i < 6; i++) await visit(() => signIn(api.context, form(), { email: 'other@example.com', password: 'wrong' }));
  const rows = await told();
  expect(rows).toEqual([
    expect.objectContaining({
      actor_kind: 'nobody',
      action: 'session.begin',
      outcome: 'refused',
      reason: expect.stringContaining('wrong'),
      object_name: 'Ana',
      times: 1,
    }),
    expect.objectContaining({
      action: 'session.begin',
      outcome: 'refused',
      reason: 'There is no such account.',
      object_name: null,
      times: 1,
    }),
    expect.objectContaining({ actor_kind: 'person', actor_name: 'Ana', action: 'session.begin', outcome: 'done', address: '192.0.2.1' }),
    expect.objectContaining({ actor_kind: 'person', actor_name: 'Ana', action: 'session.end', outcome: 'done' }),
    expect.objectContaining({ action: 'session.begin', reason: 'There were too many wrong tries before.', times: 1 }),
    expect.objectContaining({ action: 'session.begin', reason: 'There is no such account.', times: 5 }),
  ]);
  expect(JSON.stringify(rows)).not.toMatch(/secret|other@/);
});

test('a wrong key and what a role may not are told, the same ones once with their number', async () => {
  await from('192.0.2.2', async () => {
    for (let i = 0; i < 3; i++) expect((await api.call('GET', '/campaigns', { key: `rk_${'x'.repeat(43)}` })).status).toBe(401);
  });
  await from('192.0.2.2', async () => {
    for (let i = 0; i < 4; i++)
      expect((await api.call('POST', '/campaigns', { key: api.keys.analyst, body: { name: 'x', channel: 'sms' } })).status).toBe(403);
  });
  // Without a key nobody tried anything.
  await from('192.0.2.2', () => api.call('GET', '/campaigns', { key: null }));
  expect(await told()).toEqual([
    expect.objectContaining({ actor_kind: 'nobody', action: 'key.use', outcome: 'refused', times: 1 }),
    expect.objectContaining({
      actor_kind: 'key',
      actor_name: 'analyst',
      action: 'access.use',
      outcome: 'refused',
      object_type: 'permission',
      reason: expect.stringContaining('may not'),
    }),
    expect.objectContaining({ actor_kind: 'nobody', action: 'key.use', times: 2 }),
    expect.objectContaining({ actor_kind: 'key', action: 'access.use', times: 3 }),
  ]);
});

test('a flood from a thousand addresses writes a few dozen rows, and all of it is counted', async () => {
  for (let i = 0; i < 5_000; i++) {
    from(`198.51.${(i % 1_000) >> 8}.${i % 256}`, () => refuse({ action: 'key.use', refused: 'The key is unknown or revoked.' }));
  }
  const rows = await told();
  expect(rows.length).toBeLessThan(100);
  expect(rows.reduce((sum, { times }) => sum + times, 0)).toBe(5_000);
});

test('people who are known are bounded, too, and a flood of strangers hides none of them', async () => {
  const person = (i: number) => ({ id: `person ${i % 400}`, name: 'Somebody', email: null, via: 'session' as const });
  for (let i = 0; i < 500; i++) from(`203.0.113.${i % 250}`, () => refuse({ action: 'session.begin', refused: 'x' }));
  for (let i = 0; i < 3_000; i++) from('192.0.2.9', () => refuse({ action: 'access.use', refused: 'x', actor: person(i) }));
  const rows = await told();
  expect(rows.filter(({ actor_name }) => actor_name === 'Somebody').length).toBe(600);
  expect(rows.filter(({ actor_kind }) => actor_kind === 'person').reduce((sum, { times }) => sum + times, 0)).toBe(3_000);
});
