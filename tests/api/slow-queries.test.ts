import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { emptyVariables } from '#app/domain/content/empty-variables.server.ts';
import { suppressedOfList } from '#app/domain/suppressions/change-suppressions.server.ts';
import { type Database, openDatabase } from '#db/database.ts';
import { inTransaction } from '#db/transaction.ts';
import { startApi, type TestApi } from '#tests/support/api.ts';
import { draftCampaign } from '#tests/support/campaigns.ts';

let api: TestApi;
let id: number;
beforeAll(async () => {
  api = await startApi({ LOG_LEVEL: 'fatal' });
  id = await draftCampaign(api.db, { addresses: ['mia@example.com'] });
});
afterAll(() => api.drop());

/** The API on another pool, while nobody can read the ledger. */
async function whileLocked(other: Database, work: (release: () => Promise<unknown>) => Promise<void>): Promise<void> {
  const { db } = api.context;
  const lock = await db.pool.connect();
  await lock.query('begin; lock table recipients in access exclusive mode');
  Object.assign(api.context, { db: other });
  try {
    await work(() => lock.query('rollback'));
  } finally {
    Object.assign(api.context, { db });
    await lock.query('rollback');
    lock.release();
    await other.pool.end();
  }
}

describe.each([false, true])('where a pooler is between: %s', (pooler) => {
  test('a statement that takes too long is ended, a transaction that must be long is not, and no limit stays behind', async () => {
    const { pool } = openDatabase(api.url, { max: 1, pooler, statementMs: 200 });
    await expect(pool.query('select pg_sleep(60)')).rejects.toMatchObject({ code: '57014' });
    expect((await pool.query('select $1::int as n', [7])).rows).toEqual([{ n: 7 }]);
    await inTransaction(pool, (client) => client.query('select pg_sleep(0.5)'));
    const client = await pool.connect();
    const { rows } = await client.query('show statement_timeout');
    client.release();
    expect(rows).toEqual([{ statement_timeout: pooler ? '0' : '200ms' }]);
    await pool.end();
  });

  test('a list that takes too long says so, and what helps', async () => {
    await whileLocked(openDatabase(api.url, { pooler, statementMs: 200 }), async () => {
      const answer = await api.call('GET', `/campaigns/${id}/recipients?q=mia`);
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '60']);
      expect(await answer.json()).toMatchObject({ code: 'unavailable', detail: expect.stringContaining('Ask for less') });
    });
  });
});

test('slow lists leave the greater part of the connections to everybody else', async () => {
  const other = openDatabase(api.url, { max: 6 });
  await whileLocked(other, async (release) => {
    const lists = Array.from({ length: 20 }, () => api.call('GET', `/campaigns/${id}/recipients?q=mia`));
    // What the editor counts beside a draft is one of them.
    const counts = Array.from({ length: 5 }, () => Promise.all([emptyVariables(other, id, ['city']), suppressedOfList(other, id)]));
    const stuck = () =>
      other.pool.query(`select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`);
    await vi.waitFor(async () => expect((await stuck()).rows).toEqual([{ n: 2 }]));
    expect((await api.call('GET', `/campaigns/${id}`)).status).toBe(200);
    expect((await stuck()).rows).toEqual([{ n: 2 }]);
    await release();
    expect((await Promise.all(lists)).map(({ status }) => status)).toEqual(lists.map(() => 200));
    expect(await Promise.all(counts)).toEqual(counts.map(() => [[{ name: 'city', count: 1 }], 0]));
  });
});
