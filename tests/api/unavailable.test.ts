import { afterAll, beforeAll, expect, test } from 'vitest';
import { takesWrites } from '#app/domain/monitoring/takes-writes.server.ts';
import { problemOfChange } from '#app/domain/unavailable.server.ts';
import { loader as signInPage } from '#app/routes/login.tsx';
import { openDatabase } from '#db/database.ts';
import { startApi, type TestApi } from '#tests/support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi({ LOG_LEVEL: 'fatal' });
});
afterAll(() => api.drop());

test('while the database is away a call says that it is, and when to ask again', async () => {
  const { db } = api.context;
  const away = openDatabase('postgres://nobody@127.0.0.1:1/rollcall');
  Object.assign(api.context, { db: away });
  const answer = await api.call('GET', '/campaigns');
  expect(answer.status).toBe(503);
  expect(answer.headers.get('retry-after')).toBe('5');
  expect(await answer.json()).toMatchObject({
    code: 'unavailable',
    detail: 'The database did not answer in time. Try again in a few seconds.',
  });
  const change = await api.call('POST', '/campaigns', { body: { name: 'Spring', channel: 'email' } });
  expect(await change.json()).toMatchObject({ code: 'unavailable', detail: expect.stringContaining('may or may not have been done') });
  // The page to sign in is there all the same.
  const request = new Request('http://localhost:3000/login');
  expect(await signInPage({ context: api.context, request, params: {} } as unknown as Parameters<typeof signInPage>[0])).toEqual({
    provider: null,
  });
  Object.assign(api.context, { db });
  await away.pool.end();
  expect((await api.call('GET', '/campaigns')).status).toBe(200);
});

const raising = (code: string) => `
  create or replace function raise_trouble() returns trigger language plpgsql as $$ begin raise exception 'trouble' using errcode = '${code}'; end $$;
  create or replace trigger trouble before insert on campaigns for each row execute function raise_trouble()`;

test.each([
  ['53100', 'The disk of the database is full, so this was not saved.'],
  ['58030', 'did not answer in time'],
  ['25006', 'can only be read at the moment'],
  ['53200', 'run out of memory'],
  ['53300', 'no connection left'],
  ['28P01', 'does not let Rollcall in'],
])('what PostgreSQL says with %s is told as what it is, by the API and by a form', async (code, words) => {
  await api.context.db.pool.query(raising(code));
  const change = await api.call('POST', '/campaigns', { body: { name: 'Spring', channel: 'email' } });
  expect([change.status, await change.json()]).toEqual([
    503,
    expect.objectContaining({ code: 'unavailable', detail: expect.stringContaining(words) }),
  ]);
  expect(problemOfChange(Object.assign(new Error(code), { code }))?.message).toContain(words);
  await api.context.db.pool.query('drop trigger trouble on campaigns');
});

test('whether the database takes writes is tried out, with files that do not stay', async () => {
  const { pool } = api.context.db;
  expect(await takesWrites(pool)).toBe(true);
  const { rows } = await pool.query<{ url: string; size: number }>(`select current_setting('work_mem') as url, 1 as size`);
  expect(rows[0]?.url).not.toBe('64kB');
  const options = (set: string) => openDatabase(`${api.url}?options=${encodeURIComponent(`-c ${set}`)}`, { max: 1 });
  const standby = options('default_transaction_read_only=on');
  const full = options('temp_file_limit=100');
  expect(await takesWrites(standby.pool)).toBe(false);
  // No room for the files: as on a full disk, with another code.
  await expect(takesWrites(full.pool)).rejects.toMatchObject({ code: '53400' });
  await Promise.all([standby.pool.end(), full.pool.end()]);
});
