import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '#db/database.ts';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';

let own: TestDatabase;
beforeAll(async () => {
  own = await createTestDatabase();
});
afterAll(() => own.drop());

/** Names that PostgreSQL keeps for the one connection of a pool after a named statement. */
async function keptNames(pooler: boolean): Promise<string[]> {
  const { pool } = openDatabase(own.url, { max: 1, pooler });
  try {
    expect((await pool.query({ name: 'one', text: 'select $1::int as n', values: [7] })).rows).toEqual([{ n: 7 }]);
    return (await pool.query<{ name: string }>('select name from pg_prepared_statements')).rows.map(({ name }) => name);
  } finally {
    await pool.end();
  }
}

test('behind a transaction pooler no statement is prepared by name: the next transaction may meet another connection', async () => {
  expect(await keptNames(false)).toEqual(['one']);
  expect(await keptNames(true)).toEqual([]);
});
