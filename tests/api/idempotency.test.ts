import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { forgetOldKeys } from '#app/domain/idempotency-keys.server.ts';
import { type KeyedCall, runOnce } from '#app/http/idempotency.server.ts';
import { openDatabase } from '#db/database.ts';
import { startApi, type TestApi } from '#tests/support/api.ts';
import { openCutLine } from '#tests/support/cut-line.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi({ LOG_LEVEL: 'fatal' });
});
afterAll(() => api.drop());

const body = { name: 'Once', channel: 'email' };
const make = (key: string, options: object = {}) =>
  api.call('POST', '/campaigns', { body, headers: { 'Idempotency-Key': key }, ...options });

const keyed = (key: string, route = 'POST /test'): KeyedCall => ({
  viewerId: 'key:1',
  route,
  key,
  hash: Buffer.alloc(32),
  lookAt: '/api/v1/campaigns',
});

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
  expect(again.headers.get('etag')).toBe(first.headers.get('etag'));
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

describe('an import', () => {
  let id: number;
  beforeAll(async () => {
    id = ((await (await make('list')).json()) as { id: number }).id;
  });
  const add = (key: string, csv: string, { query = '', type = 'text/csv' } = {}) =>
    api.call('POST', `/campaigns/${id}/recipients${query}`, { body: csv, headers: { 'Idempotency-Key': key, 'Content-Type': type } });
  const total = async () => ((await (await api.call('GET', `/campaigns/${id}`)).json()) as { total: number }).total;

  test('is replayed for the same file', async () => {
    const first = await (await add('f', 'email\nada@example.com')).json();
    const again = await add('f', 'email\nada@example.com');
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(await again.json()).toEqual(first);
    expect(await total()).toBe(1);
  });

  test.each([
    ['another file', 'email\nbea@example.com', {}],
    ['a longer one', 'email\nada@example.com\nbea@example.com', {}],
    ['none', '', {}],
    ['a dry run', 'email\nada@example.com', { query: '?dry_run=1' }],
    ['another country', 'email\nada@example.com', { query: '?default_country=DE' }],
    ['another encoding', 'email\nada@example.com', { type: 'text/csv; charset=windows-1252' }],
  ])('with the key of another is refused, and does not look as if it was imported: %s', async (_, csv, options) => {
    const answer = await add('f', csv, options);
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({ code: 'idempotency_key_reused' });
    expect(await total()).toBe(1);
  });

  test('that was refused may come corrected with its key, and a dry run has names of columns in its replay', async () => {
    expect((await add('corrected', 'email\n"ada@example.com')).status).toBe(422);
    expect((await add('corrected', 'email\ncy@example.com')).status).toBe(200);
    const dry = () => add('dry', 'email,key,password\nada@example.com,k,p', { query: '?dry_run=1' });
    const first = await (await dry()).json();
    expect(await (await dry()).json()).toEqual(first);
  });
});

test('where a call broke off, or died, nobody runs it again with the same key: whether it took effect is not known', async () => {
  const call = keyed('g');
  const again = (key: string) => runOnce(api.db, { ...call, key }, async () => new Response('second'));
  const unknown = { status: 409, code: 'idempotency_outcome_unknown' };
  await expect(runOnce(api.db, call, () => Promise.reject(new Error('lost')))).rejects.toThrow('lost');
  await expect(again('g')).rejects.toMatchObject(unknown);
  expect((await runOnce(api.db, { ...call, key: 'g2' }, async () => new Response(null, { status: 503 }))).status).toBe(503);
  await expect(again('g2')).rejects.toMatchObject(unknown);
  await api.db.pool.query(
    `insert into idempotency_keys (viewer_id, route, key, request_hash, running_until)
     values ('key:1', 'POST /test', 'h', decode(repeat('00', 32), 'hex'), now() - interval '1 second')`,
  );
  await expect(again('h')).rejects.toMatchObject(unknown);
});

test.each([
  ['slow', 408, {}],
  ['large', 413, {}],
  ['often', 429, {}],
  ['busy', 503, { 'Retry-After': '3' }],
])('what was refused before it did anything may be asked again with its key: %s', async (key, status, headers) => {
  expect((await runOnce(api.db, keyed(key), async () => new Response(null, { status, headers }))).status).toBe(status);
  expect(await (await runOnce(api.db, keyed(key), async () => new Response('second'))).text()).toBe('second');
});

describe('where the answer to the commit is lost', () => {
  const list = { body: 'email\nada@example.com', headers: { 'Content-Type': 'text/csv' } };
  const made = async (name: string) => ((await (await make(name)).json()) as { id: number }).id;
  const ready = async (name: string) => {
    const id = await made(name);
    await api.call('PATCH', `/campaigns/${id}`, { body: { subject: 'S', text: '{{ unsubscribe_url }}', from: 'a@example.com' } });
    await api.call('POST', `/campaigns/${id}/recipients`, list);
    return id;
  };

  test.each([
    ['create', made, () => '/campaigns', { body }, /commit/i, () => '/campaigns', `select 1 from campaigns where name = 'Once'`],
    [
      'clone',
      made,
      (id: number) => `/campaigns/${id}/clone`,
      {},
      /commit/i,
      () => '/campaigns',
      'select 1 from campaigns where cloned_from = $1',
    ],
    [
      'import',
      made,
      (id: number) => `/campaigns/${id}/recipients`,
      list,
      /Q....commit/i,
      (id: number) => `/campaigns/${id}`,
      'select 1 from imports where campaign_id = $1',
    ],
    [
      'send',
      ready,
      (id: number) => `/campaigns/${id}/send`,
      {},
      /commit/i,
      (id: number) => `/campaigns/${id}`,
      `select 1 from campaign_events where campaign_id = $1 and kind = 'started'`,
    ],
  ])('%s is not done twice, and says where to look', async (name, prepare, path, options, statement, place, effects) => {
    const id = await prepare(`for-${name}`);
    const done = async () => (await api.db.pool.query(effects, effects.includes('$1') ? [id] : [])).rowCount;
    const before = (await done()) ?? 0;
    const { db } = api.context;
    const url = new URL(api.url);
    const cut = await openCutLine(Number(url.port), url.hostname);
    Object.assign(url, { hostname: '127.0.0.1', port: String(cut.port) });
    const through = openDatabase(url.href);
    Object.assign(api.context, { db: through });
    const call = () =>
      api.call('POST', path(id), {
        ...options,
        headers: { ...(options as typeof list).headers, 'Idempotency-Key': `lost-${name}` },
      });
    cut.cutAfter(statement);
    const lost = await call();
    expect(await lost.json()).toMatchObject({ status: 503, code: 'unavailable', detail: expect.stringContaining('may or may not') });
    expect(await done()).toBe(before + 1);
    const again = await call();
    expect(again.status).toBe(409);
    expect(await again.json()).toMatchObject({ code: 'idempotency_outcome_unknown', look_at: `/api/v1${place(id)}` });
    expect(await done()).toBe(before + 1);
    if (name === 'import') {
      const { rows } = await api.db.pool.query('select message from import_runs where campaign_id = $1', [id]);
      expect(rows).toEqual([{ message: expect.stringContaining('may or may not have been imported') }]);
    }
    Object.assign(api.context, { db });
    await through.pool.end();
    await cut.stop();
  });
});

test('a key is left to who holds it: not forgotten while it runs, and not written to by who held it before', async () => {
  const old = `update idempotency_keys set created_at = now() - interval '25 hours', running_until = now() + make_interval(secs => $2) where key = $1`;
  const call = keyed('long');
  const answers: ((response: Response) => void)[] = [];
  const slow = () => new Promise<Response>((resolve) => answers.push(resolve));
  const first = runOnce(api.db, call, slow);
  await expect.poll(() => answers.length).toBe(1);
  await api.db.pool.query(old, ['long', 60]);
  await forgetOldKeys(api.db);
  await expect(runOnce(api.db, call, slow)).rejects.toMatchObject({ code: 'idempotency_in_progress' });

  await api.db.pool.query(old, ['long', -1]);
  const second = runOnce(api.db, call, slow);
  await expect.poll(() => answers.length).toBe(2);
  answers[0]?.(new Response('first'));
  expect(await (await first).text()).toBe('first');
  await expect(runOnce(api.db, call, slow)).rejects.toMatchObject({ code: 'idempotency_in_progress' });
  answers[1]?.(new Response('second'));
  await second;
  expect(await (await runOnce(api.db, call, slow)).text()).toBe('second');
});

test('a secret is answered once, and a replay says the rest', async () => {
  const call = keyed('s', 'POST /secret');
  const make = () => runOnce(api.db, call, async () => Response.json({ id: 7, secret: 'whsec_1' }, { status: 201 }));
  expect(await (await make()).json()).toEqual({ id: 7, secret: 'whsec_1' });
  expect(await (await make()).json()).toEqual({ id: 7 });
  const { rows } = await api.db.pool.query(`select body from idempotency_keys where key = 's'`);
  expect(rows).toEqual([{ body: '{"id":7}' }]);
});

test('while the first runs, the second is told so', async () => {
  const running = keyed('i');
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
