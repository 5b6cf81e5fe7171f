import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';
import { migrate } from '../../db/migrate/migrate.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test('a migrated database needs no more migrations', async () => {
  expect(await migrate(database.url)).toEqual([]);
});

test('processes that migrate at once wait for each other', async () => {
  await database.db.pool.query(
    'drop schema public cascade; drop schema graphile_worker cascade; drop schema reporting cascade; create schema public',
  );
  const applied = await Promise.all([migrate(database.url), migrate(database.url), migrate(database.url)]);
  expect(applied.flat().filter((name) => name === '0001_ledger')).toHaveLength(1);
});

test('jobs of a send carry the trigger that keeps the retry schedule', async () => {
  const { rowCount } = await database.db.pool.query(
    `select from pg_trigger where tgname = 'rollcall_retry_on_time' and tgrelid = 'graphile_worker._private_jobs'::regclass`,
  );
  expect(rowCount).toBe(1);
});
