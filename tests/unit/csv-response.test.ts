import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { csvResponse } from '#app/http/csv-response.server.ts';

test('a reader who leaves while a piece is on its way ends the file, and not the process', async () => {
  const csv = new Readable({ read() {} });
  csv.push('address\r\n');
  const { body } = csvResponse('list.csv', csv);
  await Promise.resolve();
  await body?.cancel();
  await new Promise((resolve) => setImmediate(resolve)); // An error here is nobody's: the run fails by it.
  expect(csv.destroyed).toBe(true);
});
