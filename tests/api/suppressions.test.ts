import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { suppress } from '#app/domain/suppressions/suppress.server.ts';
import { startApi, type TestApi } from '#tests/support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.drop());
beforeEach(() => api.context.auth.calls.delete('key:1'));

interface Row {
  id: number;
  channel: string;
  address: string;
  reason: string;
  created_at: string;
  created_by: string | null;
}
const add = (body: object, key?: string) => api.call('POST', '/suppressions', { body, ...(key !== undefined && { key }) });
const list = async (query = '') =>
  (await (await api.call('GET', `/suppressions${query}`)).json()) as { data: Row[]; next_cursor: string | null };

test('an address is added, found in any spelling, and removed', async () => {
  const made = await add({ channel: 'email', address: ' Ana <ANA@Example.com> ' });
  expect(made.status).toBe(201);
  expect(await made.json()).toMatchObject({ address: 'ana@example.com', reason: 'manual', created_by: 'API key admin', campaign_id: null });
  expect((await add({ channel: 'sms', address: '(201) 555-0123', reason: 'stop' })).status).toBe(201);

  for (const q of ['ana@example.com', 'ANA@', 'an', 'Ana%20%3Cana@example.com%3E'])
    expect((await list(`?q=${q}`)).data).toMatchObject([{ address: 'ana@example.com' }]);
  for (const q of ['%2B12015550123', '12015550123', '201-555-0123', '201%20555', '001201555'])
    expect((await list(`?q=${q}`)).data, q).toMatchObject([{ address: '+12015550123', reason: 'stop' }]);
  expect((await list('?channel=sms')).data).toHaveLength(1);
  expect((await list('?reason=complaint')).data).toEqual([]);
  expect((await list('?q=bob')).data).toEqual([]);

  expect((await api.call('DELETE', '/suppressions', { body: { channel: 'email', address: 'ANA@example.com' } })).status).toBe(204);
  expect((await api.call('DELETE', '/suppressions', { body: { channel: 'email', address: 'ana@example.com' } })).status).toBe(404);
  expect((await api.call('DELETE', '/suppressions?channel=sms&address=%2B1%20201%20555%200123')).status).toBe(204);
  expect(await list()).toEqual({ data: [], next_cursor: null });
});

test('an entry is removed by its id, or by all that the list tells of it', async () => {
  const first = (await (await add({ channel: 'email', address: 'eve@example.com' })).json()) as Row;
  expect((await api.call('DELETE', `/suppressions/${first.id}`)).status).toBe(204);
  expect((await api.call('DELETE', `/suppressions/${first.id}`)).status).toBe(404);
  const { channel, address, reason } = (await (await add({ channel: 'sms', address: '+12015550188', reason: 'stop' })).json()) as Row;
  expect((await api.call('DELETE', '/suppressions', { body: { channel, address, reason } })).status).toBe(204);
});

test('several reasons stand for an address, the weightiest first, and each is taken off by name', async () => {
  const first = (await (await add({ channel: 'email', address: 'cy@example.com', reason: 'complaint' })).json()) as Row;
  expect(await (await add({ channel: 'email', address: 'cy@example.com', reason: 'complaint' })).json()).toEqual(first);
  expect(await (await add({ channel: 'email', address: 'cy@example.com' })).json()).toMatchObject({
    ...{ id: first.id, reason: 'complaint', created_at: first.created_at },
    reasons: [
      { reason: 'complaint', source: 'person', created_by: 'API key admin' },
      { reason: 'manual', source: 'person' },
    ],
  });
  expect((await list('?reason=manual&q=cy@')).data).toMatchObject([{ id: first.id }]);
  expect((await list('?reason=manual')).data.map(({ id }) => id)).toContain(first.id);
  expect((await api.call('DELETE', `/suppressions/${first.id}?reason=stop`)).status).toBe(404);
  expect((await api.call('DELETE', `/suppressions/${first.id}?reason=nonsense`)).status).toBe(422);
  expect((await api.call('DELETE', `/suppressions/${first.id}?reason=complaint`)).status).toBe(204);
  expect((await list('?q=cy@')).data).toMatchObject([{ id: first.id, reason: 'manual', reasons: [{ reason: 'manual' }] }]);
  expect((await api.call('DELETE', `/suppressions/${first.id}`)).status).toBe(204);
  expect((await list('?q=cy@')).data).toEqual([]);
});

test('a removal without a reason takes off what a person set, else the only reason, and otherwise asks', async () => {
  const rows = ['unsubscribe', 'complaint'].map((reason) => ({
    ...{ channel: 'email' as const, campaignId: null, recipientId: null, attemptId: null, address: 'di@example.com' },
    ...{ source: 'sendgrid' as const, atMs: null, reason: reason as 'unsubscribe' | 'complaint' },
  }));
  await suppress(api.db.pool, rows);
  const { id } = (await (await add({ channel: 'email', address: 'di@example.com' })).json()) as Row;
  expect((await api.call('DELETE', `/suppressions/${id}`)).status).toBe(204);
  expect((await list('?q=di@')).data).toMatchObject([{ reasons: [{ reason: 'complaint' }, { reason: 'unsubscribe' }] }]);
  const asked = await api.call('DELETE', `/suppressions/${id}`);
  expect([asked.status, ((await asked.json()) as { code: string }).code]).toEqual([409, 'several_reasons']);
  expect((await api.call('DELETE', '/suppressions?channel=email&address=di@example.com&reason=complaint')).status).toBe(204);
  expect((await api.call('DELETE', `/suppressions/${id}`)).status).toBe(204);
});

test('pages follow each other without gaps, with and without a search', async () => {
  await api.db.pool.query(
    `insert into suppressions (channel, address) select 'email', 'p' || n || '@pages.test' from generate_series(1, 25) n`,
  );
  for (const filter of ['?limit=10&channel=email', '?limit=10&q=p']) {
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page = await list(`${filter}${cursor && `&cursor=${cursor}`}`);
      seen.push(...page.data.map(({ address }) => address));
      cursor = page.next_cursor;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.filter((address) => address.endsWith('@pages.test'))).toHaveLength(25);
  }
});

test('bad input is named, and analysts may only look', async () => {
  for (const [body, path] of [
    [{}, 'channel'],
    [{ channel: 'email' }, 'address'],
    [{ channel: 'email', address: 'nobody' }, 'address'],
    [{ channel: 'sms', address: 'ana@example.com' }, 'address'],
    [{ channel: 'fax', address: '1' }, 'channel'],
    [{ channel: 'email', address: 'a@example.com', reason: 'because' }, 'reason'],
    [{ channel: 'email', address: 'a@example.com', note: 'x' }, 'note'],
  ] as const) {
    const response = await add(body);
    expect(response.status).toBe(422);
    expect(((await response.json()) as { errors: { path: string }[] }).errors.map((error) => error.path)).toContain(path);
  }
  expect((await api.call('DELETE', '/suppressions')).status).toBe(422);
  expect((await api.call('GET', '/suppressions?limit=0')).status).toBe(422);
  expect((await api.call('GET', '/suppressions?q=x&cursor=!!')).status).toBe(422);
  expect((await add({ channel: 'email', address: 'x@example.com' }, api.keys.analyst)).status).toBe(403);
  expect((await add({ channel: 'email', address: 'x@example.com' }, api.keys.support)).status).toBe(201);
  expect((await api.call('GET', '/suppressions', { key: api.keys.analyst })).status).toBe(200);
});

test('many are added in one call, and what is no address is told by its place', async () => {
  const list_ = [
    { channel: 'email', address: 'many1@example.com' },
    { channel: 'email', address: 'MANY1@example.com' },
    { channel: 'email', address: 'nobody at all' },
    { channel: 'sms', address: '+12015550190', reason: 'unsubscribe' },
  ];
  const answered = await api.call('POST', '/suppressions', { body: list_ });
  expect(answered.status).toBe(201);
  expect(await answered.json()).toMatchObject({
    rows: 4,
    added: 2,
    known: 1,
    rejected: 1,
    errors: [{ index: 2, address: 'nobody at all' }],
  });
  expect((await list('?q=%2B12015550190')).data).toMatchObject([{ reason: 'unsubscribe' }]);
  expect((await api.call('POST', '/suppressions', { body: [] })).status).toBe(422);
  expect((await api.call('POST', '/suppressions', { body: Array.from({ length: 1_001 }, () => list_[0]) })).status).toBe(422);
});
