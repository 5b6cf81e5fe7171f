import { expect, test } from 'vitest';
import { csvStream } from '#app/domain/csv-stream.server.ts';
import { csvResponse } from '#app/http/csv-response.server.ts';
import { createTestDatabase } from '#tests/support/database.ts';

test('an export that is left at any moment leaves its connection as it was', async () => {
  const own = await createTestDatabase();
  const broken: string[] = [];
  own.db.pool.on('connect', (client) => client.on('error', (error) => broken.push(error.message)));
  const open = (text: string) => csvStream(own.db, { text, values: [], header: ['n'], cells: ({ n }: { n: number }) => [n] });
  for (const rows of [0, 3, 1_500]) {
    for (const turns of [0, 1, 5, 50]) {
      const { body } = csvResponse('numbers.csv', await open(`select generate_series(1, ${rows}) as n`));
      for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
      await body?.cancel();
      await own.db.pool.query('select 1');
    }
  }
  await expect(open('select 1/0 as n')).rejects.toThrow('division by zero');
  await own.drop(); // would wait for a connection that was not given back
  expect(broken).toEqual([]);
});
