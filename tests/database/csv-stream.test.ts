import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { csvStream } from '#app/domain/csv-stream.server.ts';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';

let own: TestDatabase;
beforeEach(async () => {
  own = await createTestDatabase();
});
afterEach(() => own.drop());

/** More than the buffers on the way hold. */
const long = {
  text: `select n, repeat('x', 500) as filler from generate_series(1, 20000) n`,
  values: [],
  header: ['n', 'filler'],
  cells: ({ n, filler }: { n: number; filler: string }) => [n, filler],
};
const idle = () => vi.waitFor(() => expect(own.db.pool.idleCount).toBe(own.db.pool.totalCount));

test('a reader who falls silent does not keep a transaction open', async () => {
  const csv = await csvStream(own.db, long, 200);
  const ended = new Promise<Error>((resolve) => csv.once('error', resolve));
  await csv[Symbol.asyncIterator]().next();
  expect((await ended).message).toContain('fell silent');
  await idle();
});

test.each([20, 60, 80, 100, 150, 300])('nor does one who reads nothing of %i rows, wherever these wait on the way', async (rows) => {
  const csv = await csvStream(own.db, { ...long, text: long.text.replace('20000', String(rows)) }, 200);
  csv.on('error', () => {});
  await idle();
});

test('one who reads gets all of it, and gives back the connection', async () => {
  expect((await buffer(await csvStream(own.db, long))).toString().split('\r\n')).toHaveLength(20_002);
  await idle();
});

test('those who read slowly leave half of the connections to everybody else', async () => {
  const places = Math.ceil(own.db.pool.options.max / 2);
  const reading = await Promise.all(Array.from({ length: places }, () => csvStream(own.db, long)));
  await expect(csvStream(own.db, long)).rejects.toMatchObject({ status: 429, code: 'rate_limited' });
  reading[0]?.on('error', () => {}).destroy();
  await vi.waitFor(async () => reading.push(await csvStream(own.db, long)));
  for (const one of reading) one.on('error', () => {}).destroy();
  await idle();
});
