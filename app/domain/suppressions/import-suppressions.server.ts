import { setImmediate } from 'node:timers/promises';
import type { Database } from '#db/database.ts';
import { inTransaction } from '#db/transaction.ts';
import { ask } from '../access/ask.server.ts';
import { audit } from '../access/audit.server.ts';
import type { Viewer } from '../access/roles.ts';
import { type BareNumbers, isCountry, type PhoneReading } from '../addresses/phone-number.ts';
import type { Channel } from '../channel.ts';
import { type ByteSource, readChunks } from '../contacts/byte-source.server.ts';
import type { ContactRow, ContactRows } from '../contacts/contact-rows.ts';
import { type Spool, spoolRows } from '../contacts/copy-spool.server.ts';
import { readCsv } from '../contacts/csv-rows.server.ts';
import { type DecodedAs, decodeLines } from '../contacts/decode.server.ts';
import { checkFileOptions, type FileOptions, fileWarnings } from '../contacts/file-options.server.ts';
import { escapeCopy } from '../contacts/stage-row.ts';
import { encodingNamed } from '../contacts/text-encoding.ts';
import { Problem } from '../problem.ts';
import { waitForSlowConnection } from '../slow-connections.server.ts';
import { type ReasonColumns, readFileReason, reasonColumnsOf } from './file-reason.ts';
import { MAX_REPORTED, type RejectedSuppression, type SuppressionImport } from './import-report.ts';
import { readSuppressed } from './spelling.server.ts';
import { addStaged, createStagedSuppressions } from './staged-suppressions.server.ts';

export interface SuppressionFile extends FileOptions {
  channel: Channel;
  source: ByteSource;
  /** Header of the column with the addresses; default: found. */
  addressColumn?: string | undefined;
  headerLine?: number | undefined;
  /** What numbers without plus and 0 are; default: what can be both is rejected. */
  bareNumbers?: BareNumbers | undefined;
}

const MOST = { rows: 2_000_000, bytes: 300 * 1024 * 1024 };
/** Files on their way at once in this process. Slow ones take nobody's place: it is in the database that few are at once, and only whole ones. */
const MAX_UPLOADS = 64;
/** Numbering plans take some 20 µs for a number: nobody else should wait for a whole block of them. */
const ROWS_A_TURN = 250;
let uploads = 0;

/**
 * Puts every address of a CSV file on the list, all or nothing, for the reason that the file gives. Read while it arrives and kept on disk
 * until it is there; then a COPY and one statement, so that neither memory nor the event loop knows how long it is.
 *
 * @throws Problem 413, 422 for a file that cannot be read; 429 while too many others arrive
 */
export async function importSuppressions(
  db: Database,
  viewer: Pick<Viewer, 'label'>,
  file: SuppressionFile,
  most: { rows: number; bytes: number } = MOST,
): Promise<SuppressionImport> {
  ask('suppressions:write');
  const { channel, addressColumn, delimiter, headerLine } = file;
  checkFileOptions(file);
  if (uploads >= MAX_UPLOADS) {
    const message = 'Many files are being imported into this list at this moment. Try again in a few seconds.';
    throw new Problem(429, 'rate_limited', message, { retryAfterS: 5 });
  }
  uploads++;
  let spool: Spool | null = null;
  try {
    const as: DecodedAs = { encoding: 'utf-8', guessed: false, sure: true };
    const lines = decodeLines(atMost(readChunks(file.source), most.bytes), file.encoding ? encodingNamed(file.encoding) : null, as);
    // Its own statuses are why people are in such a file: they leave nobody out.
    const contacts = readCsv(lines, { channel, addressColumn, delimiter, headerLine, takeStatuses: true });
    const tally = { rows: 0, rejected: 0, errors: [] as RejectedSuppression[] };
    spool = await spoolRows(stage(contacts, file, tally, most.rows));
    const added = await save(db, viewer, channel, spool);
    return {
      ...{ rows: tally.rows, added, known: tally.rows - tally.rejected - added, rejected: tally.rejected },
      ...{ warnings: fileWarnings(contacts, as), errors: tally.errors },
    };
  } finally {
    uploads--;
    await spool?.close();
  }
}

async function save(db: Database, viewer: Pick<Viewer, 'label'>, channel: Channel, spool: Spool): Promise<number> {
  const giveBack = await waitForSlowConnection(db);
  try {
    return await inTransaction(db.pool, async (client) => {
      await createStagedSuppressions(client, spool.read());
      const added = await addStaged(client, channel, viewer.label);
      await audit(client, { action: 'suppression.import', object: { type: 'suppression' }, after: { channel, added } });
      return added;
    });
  } finally {
    giveBack();
  }
}

async function* stage(
  { batches, facts }: ContactRows,
  { channel, defaultCountry, bareNumbers }: SuppressionFile,
  tally: { rows: number; rejected: number; errors: RejectedSuppression[] },
  mostRows: number,
): AsyncGenerator<string> {
  const given = defaultCountry?.toUpperCase();
  const options: PhoneReading = { country: given !== undefined && isCountry(given) ? given : undefined, bare: bareNumbers };
  let columns: ReasonColumns | null = null;
  for await (const batch of batches) {
    columns ??= reasonColumns(facts().layout, channel);
    for (let start = 0; start < batch.length; start += ROWS_A_TURN) {
      let text = '';
      for (const row of batch.slice(start, start + ROWS_A_TURN)) {
        if (++tally.rows > mostRows) throw tooMany(mostRows);
        const read = readRow(row, channel, options, columns ?? none);
        if ('reason' in read) {
          tally.rejected++;
          if (tally.errors.length < MAX_REPORTED) tally.errors.push(read);
        } else text += read.line;
      }
      if (text !== '') yield text;
      await setImmediate();
    }
  }
}

const none: ReasonColumns = { reasons: [], statuses: [] };
const reasonColumns = (layout: ReturnType<ContactRows['facts']>['layout'], channel: Channel) =>
  layout && reasonColumnsOf(layout.columns, channel);

function readRow(
  { line, address: raw, variables }: ContactRow,
  channel: Channel,
  options: PhoneReading,
  columns: ReasonColumns,
): RejectedSuppression | { line: string } {
  const { address, fault, advice } = readSuppressed(channel, raw, options);
  const asked = columns.reasons.length > 0 || columns.statuses.length > 0;
  const said = readFileReason(channel, columns, asked ? (JSON.parse(variables) as Record<string, unknown>) : {});
  const note = said.mayWrite ? null : said.note;
  const rejected = { line, address: raw.trim().slice(0, 320).toWellFormed(), file_reason: note };
  if (address === null) return { ...rejected, reason: fault, advice };
  if (said.mayWrite)
    return {
      ...rejected,
      reason: 'may be written to',
      advice: 'The file says that they are subscribed. Add them by hand if they must not be sent to.',
    };
  return { line: `${escapeCopy(address)}\t${said.reason}\t${note === null ? '\\N' : escapeCopy(note)}\n` };
}

async function* atMost(chunks: AsyncIterable<Buffer>, bytes: number): AsyncGenerator<Buffer> {
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > bytes) {
      throw new Problem(413, 'too_large', `The file is larger than ${Math.round(bytes / 1024 / 1024)} MB. Split it, and import the parts.`);
    }
    yield chunk;
  }
}

function tooMany(rows: number): Problem {
  return new Problem(413, 'too_large', `The file has more than ${rows.toLocaleString('en-US')} rows. Split it, and import the parts.`);
}
