import type { Readable } from 'node:stream';
import { pipeline, Transform } from 'node:stream';
import { stringify } from 'csv-stringify';
import type { PoolClient } from 'pg';
import QueryStream from 'pg-query-stream';
import type { Database } from '#db/database.ts';

export interface CsvQuery<Row> {
  text: string;
  values: unknown[];
  header: string[];
  cells(row: Row): (string | number | null)[];
}

const BATCH_ROWS = 1_000;

/**
 * The rows of a query as CSV (RFC 4180, UTF-8), read through a cursor as fast as the reader takes them: memory stays the same for
 * any number of rows. Ends its transaction when the reader is done or goes away.
 */
export async function csvStream<Row>(db: Database, query: CsvQuery<Row>): Promise<Readable> {
  const client = await db.pool.connect();
  try {
    // A transaction keeps the cursor on one server connection behind a transaction pooler, too.
    await client.query('begin read only');
  } catch (error) {
    client.release(error as Error);
    throw error;
  }
  const rows = client.query(new QueryStream(query.text, query.values, { batchSize: BATCH_ROWS }));
  const cells = new Transform({
    objectMode: true,
    transform(row: Row, _encoding, done) {
      done(null, query.cells(row).map(withoutFormula));
    },
  });
  const csv = stringify({ header: true, columns: query.header });
  pipeline(rows, cells, csv, (error) => endTransaction(client, error));
  return csv;
}

function endTransaction(client: PoolClient, error: Error | null | undefined): void {
  client.query(error ? 'rollback' : 'commit').then(
    () => client.release(),
    (failure: Error) => client.release(failure),
  );
}

/** A spreadsheet would run a cell that begins like a formula; an apostrophe makes it text. Numbers and phone numbers stay as they are. */
export function withoutFormula(cell: string | number | null): string | number | null {
  return typeof cell === 'string' && /^([=@\t\r]|[+-](?!\d+$))/.test(cell) ? `'${cell}` : cell;
}

/** The answer that a browser saves under `fileName`. */
export async function csvResponse<Row>(db: Database, fileName: string, query: CsvQuery<Row>): Promise<Response> {
  const csv = await csvStream(db, query);
  const iterator = csv[Symbol.asyncIterator]() as AsyncIterator<Buffer | string>;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { value, done } = await iterator.next();
      if (done) controller.close();
      else controller.enqueue(typeof value === 'string' ? Buffer.from(value) : value);
    },
    async cancel() {
      await iterator.return?.();
    },
  });
  return new Response(body, {
    headers: {
      'Content-Type': 'text/csv; charset=utf-8',
      'Content-Disposition': `attachment; filename="${fileName}"`,
      'Cache-Control': 'no-store',
    },
  });
}
