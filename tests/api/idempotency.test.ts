import { afterAll, beforeAll, expect, test } from 'vitest';
import { runOnce } from '#app/domain/idempotency.server.ts';
import { startApi, type TestApi } from '#tests/support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.drop());

const body = { name: 'Once', channel: 'email' };
const make = (key: string, options: object = {}) =>
  api.call('POST', '/campaigns', { body, headers: { 'Idempotency-Key': key }, ...options });

async function count(): Promise<number> {
  const { rows } = await api.db.pool.query<{ n: number }>('select count(*)::int as n from campaigns');
  return rows[0]?.n as number;
}

test('a replay answers the first answer and does nothing', async () => {
  const before = await count();
  const first = await make('a');
  const again = await make('a');
  expect([first.status, again.status]).toEqual([201, 201]);
  expect(again.headers.get('idempotency-replayed')).toBe('true');
  expect(await again.text()).toBe(await first.text());
  expect(await count()).toBe(before + 1);
});

test('of many at once one acts; the others wait their turn or get its answer', async () => {
  const before = await count();
  const answers = await Promise.all(Array.from({ length: 12 }, () => make('double')));
  expect(answers.filter(({ status }) => status !== 201 && status !== 409)).toEqual([]);
  const ids = await Promise.all(
    answers.filter(({ status }) => status === 201).map(async (answer) => ((await answer.json()) as { id: number }).id),
  );
  expect(new Set(ids).size).toBe(1);
  expect(await count()).toBe(before + 1);
});

test('a key belongs to one request of one viewer', async () => {
  await make('b');
  const other = await api.call('POST', '/campaigns', { body: { ...body, name: 'Other' }, headers: { 'Idempotency-Key': 'b' } });
  expect(other.status).toBe(422);
  expect(await other.json()).toMatchObject({ code: 'idempotency_key_reused' });
  expect((await make('b', { key: api.keys.marketer })).headers.get('idempotency-replayed')).toBeNull();
  expect((await make('b', { key: api.keys.analyst })).status).toBe(403);
});

test('refusals are answered again, malformed requests and keys are not kept', async () => {
  const { id } = (await (await make('c')).json()) as { id: number };
  const send = (key: string) => api.call('POST', `/campaigns/${id}/send`, { headers: { 'Idempotency-Key': key } });
  expect((await send('d')).status).toBe(409);
  await api.call('POST', `/campaigns/${id}/recipients`, { body: [{ address: 'ada@example.com' }], headers: { 'Idempotency-Key': 'd' } });
  expect((await send('d')).headers.get('idempotency-replayed')).toBe('true');

  expect((await make('e', { body: { name: '' } })).status).toBe(422);
  expect((await make('e')).status).toBe(201);
  expect((await make('two words')).status).toBe(400);
});

test('an import is replayed by its key alone, since its body is a stream', async () => {
  const { id } = (await (await make('list')).json()) as { id: number };
  const add = (csv: string) =>
    api.call('POST', `/campaigns/${id}/recipients`, { body: csv, headers: { 'Idempotency-Key': 'f', 'Content-Type': 'text/csv' } });
  const first = await (await add('email\nada@example.com')).json();
  expect(await (await add('email\nada@example.com')).json()).toEqual(first);
  expect(await (await api.call('GET', `/campaigns/${id}`)).json()).toMatchObject({ total: 1 });
});

test('where a call broke off, or died, nobody runs it again with the same key: whether it took effect is not known', async () => {
  const call = { viewerId: 'key:1', route: 'POST /test', key: 'g', hash: null };
  const again = (key: string) => runOnce(api.db, { ...call, key }, async () => new Response('second'));
  const unknown = { status: 409, code: 'idempotency_outcome_unknown' };
  await expect(runOnce(api.db, call, () => Promise.reject(new Error('lost')))).rejects.toThrow('lost');
  await expect(again('g')).rejects.toMatchObject(unknown);
  expect((await runOnce(api.db, { ...call, key: 'g2' }, async () => new Response(null, { status: 503 }))).status).toBe(503);
  await expect(again('g2')).rejects.toMatchObject(unknown);
  await api.db.pool.query(
    `insert into idempotency_keys (viewer_id, route, key, running_until) values ('key:1', 'POST /test', 'h', now() - interval '1 second')`,
  );
  await expect(again('h')).rejects.toMatchObject(unknown);

  expect((await runOnce(api.db, { ...call, key: 'g3' }, async () => new Response(null, { status: 429 }))).status).toBe(429);
  expect(await (await again('g3')).text()).toBe('second');
});

test('a secret is answered once, and a replay says the rest', async () => {
  const call = { viewerId: 'key:1', route: 'POST /secret', key: 's', hash: null };
  const make = () => runOnce(api.db, call, async () => Response.json({ id: 7, secret: 'whsec_1' }, { status: 201 }));
  expect(await (await make()).json()).toEqual({ id: 7, secret: 'whsec_1' });
  expect(await (await make()).json()).toEqual({ id: 7 });
  const { rows } = await api.db.pool.query(`select body from idempotency_keys where key = 's'`);
  expect(rows).toEqual([{ body: '{"id":7}' }]);
});

test('while the first runs, the second is told so', async () => {
  const call = { viewerId: 'key:1', route: 'POST /test', key: 'g', hash: null };
  const running = { ...call, key: 'i' };
  let finish: (response: Response) => void = () => {};
  const started = new Promise<void>((begun) => {
    void runOnce(api.db, running, () => {
      begun();
      return new Promise<Response>((resolve) => {
        finish = resolve;
      });
    });
  });
  await started;
  await expect(runOnce(api.db, running, async () => new Response('twice'))).rejects.toMatchObject({
    status: 409,
    code: 'idempotency_in_progress',
  });
  finish(new Response('once'));
});
