import { once } from 'node:events';
import { pipeline, type Readable, Transform } from 'node:stream';
import { type Stringifier, stringify } from 'csv-stringify';
import type { PoolClient } from 'pg';
import QueryStream from 'pg-query-stream';
import type { Database } from '#db/database.ts';
import { type CsvStyle, plainCsv } from './csv-style.ts';
import { takeSlowConnection } from './slow-connections.server.ts';

export interface CsvQuery<Row> {
  text: string;
  values: unknown[];
  header: string[];
  cells(row: Row): (string | number | null)[];
  /** Default: commas. */
  style?: CsvStyle | undefined;
}

const BATCH_ROWS = 1_000;
/** ms in which a reader takes nothing before the export ends: its transaction keeps vacuum from everything that died since it began. */
const READER_SILENT_MS = 60_000;

/** RFC 4180, UTF-8 with a byte order mark, so that Excel reads it right. */
export function csvWriter(header: string[], { delimiter, sep }: CsvStyle = plainCsv): Stringifier {
  // By itself it quotes a value for a whole line end of the file, and not for half of one.
  const csv = stringify({ header: true, delimiter, record_delimiter: 'windows', quoted_match: /[\r\n]/, columns: header });
  csv.push(`\ufeff${sep ? `sep=${delimiter}\r\n` : ''}`);
  return csv;
}

/**
 * The rows of a query as CSV, read through a cursor as fast as
 * the reader takes them: memory stays the same for any number of rows. Ends its transaction when the reader is done, goes away or falls
 * silent.
 *
 * @throws Problem 429 while too many others are read
 */
export function csvStream<Row>(db: Database, query: CsvQuery<Row>, silentMs = READER_SILENT_MS): Promise<Readable> {
  return stream(
    db,
    query,
    (row: Row) => query.cells(row),
    () => csvWriter(query.header, query.style),
    silentMs,
  );
}

/** The same as a JSON object a line (NDJSON). */
export function linesStream(db: Database, query: Pick<CsvQuery<object>, 'text' | 'values'>): Promise<Readable> {
  const write = () =>
    new Transform({
      writableObjectMode: true,
      transform(row: object, _encoding, done) {
        done(null, `${JSON.stringify(row)}\n`);
      },
    });
  return stream(db, query, (row: object) => row, write, READER_SILENT_MS);
}

async function stream<Row>(
  db: Database,
  query: Pick<CsvQuery<Row>, 'text' | 'values'>,
  part: (row: Row) => unknown,
  writer: () => Transform,
  silentMs: number,
): Promise<Readable> {
  const giveBack = takeSlowConnection(db);
  const client = await begin(db).catch((error: unknown) => {
    giveBack();
    throw error;
  });
  const rows = client.query(new QueryStream(query.text, query.values, { batchSize: BATCH_ROWS }));
  try {
    // What goes wrong before there is a row can still be answered; and a cursor that is closed before its rows are described answers twice.
    await once(rows, 'readable');
  } catch (error) {
    giveBack();
    endTransaction(client, error as Error);
    throw error;
  }
  const cells = new Transform({
    objectMode: true,
    transform(row: Row, _encoding, done) {
      silence.refresh();
      done(null, part(row));
    },
  });
  const csv = writer();
  // While nothing is ready to be read, it is the database that is slow.
  const silence = setTimeout(() => {
    if (csv.readableLength === 0) silence.refresh();
    else csv.destroy(new Error('the reader of an export fell silent'));
  }, silentMs);
  pipeline(rows, cells, csv, (error) => {
    clearTimeout(silence);
    giveBack();
    endTransaction(client, error);
  });
  return csv;
}

/** A transaction keeps the cursor on one server connection behind a transaction pooler, too. */
async function begin({ pool }: Database): Promise<PoolClient> {
  const client = await pool.connect();
  try {
    await client.query('begin read only; set local statement_timeout = 0');
    return client;
  } catch (error) {
    client.release(error as Error);
    throw error;
  }
}

function endTransaction(client: PoolClient, error: Error | null | undefined): void {
  client.query(error ? 'rollback' : 'commit').then(
    () => client.release(),
    (failure: Error) => client.release(failure),
  );
}
