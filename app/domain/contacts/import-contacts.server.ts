import type { PoolClient } from 'pg';
import type { Database } from '#db/database.ts';
import { copyToStaging, createStaging, insertRecipients, keepRejects } from '#db/ledger/import-list.ts';
import { type Actor, nameActor } from '../access/actor.server.ts';
import { ask } from '../access/ask.server.ts';
import { audit } from '../access/audit.server.ts';
import { type BareNumbers, isCountry } from '../addresses/phone-number.ts';
import { readAddress } from '../addresses/read-address.ts';
import { statusLabels } from '../campaigns/campaign.ts';
import type { CampaignRow } from '../campaigns/campaign-json.ts';
import { logEvent } from '../campaigns/log-event.server.ts';
import { refuseWhilePreparing } from '../campaigns/still-preparing.ts';
import type { Channel } from '../channel.ts';
import { conflict, isProblem, Problem } from '../problem.ts';
import { waitForSlowConnection } from '../slow-connections.server.ts';
import { plainName } from '../storable.ts';
import { type ByteSource, readChunks } from './byte-source.server.ts';
import type { ColumnMapping } from './column-mapping.ts';
import type { ContactRow, ContactRows } from './contact-rows.ts';
import { type Spool, spoolRows } from './copy-spool.server.ts';
import { readCsv } from './csv-rows.server.ts';
import { type DecodedAs, decodeLines } from './decode.server.ts';
import { checkFileOptions, type FileOptions, fileWarnings } from './file-options.server.ts';
import {
  type ImportReport,
  MAX_REPORTED_ERRORS,
  type PreviewedRow,
  type ReadColumn,
  type RejectedRow,
  reportUrl,
} from './import-report.ts';
import { type ImportRun, startRun } from './import-run.server.ts';
import { readJson } from './json-rows.server.ts';
import { copyLine, type StagedRow, stageRow } from './stage-row.ts';
import { leftOutReasons, statusKind } from './status-column.ts';
import { type Encoding, encodingNamed } from './text-encoding.ts';

export interface ImportRequest extends FileOptions {
  campaignId: number;
  viewer: Actor;
  source: ByteSource;
  /** A media type; JSON where it says so, anything else is read as CSV. */
  contentType: string;
  fileName?: string | null;
  /** Header of the column with the addresses (JSON: the key); default: found. */
  addressColumn?: string | undefined;
  /** What numbers without plus and 0 are; default: what can be both is rejected. */
  bareNumbers?: BareNumbers | undefined;
  /** Line of the header, 0 for none; default: found. */
  headerLine?: number | undefined;
  columns?: ColumnMapping | undefined;
  /** Take people whose status in the file says that they must not be written to. */
  takeStatuses?: boolean | undefined;
  /** Answers what would happen, and imports nothing. */
  dryRun?: boolean | undefined;
  /** Only the beginning of a file was sent, cut off anywhere; in dry runs. */
  sample?: boolean | undefined;
}

const PREVIEWED_ROWS = 10;

/** Uploads at once in this process; more are told to come back. */
const MAX_UPLOADS = 64;
let uploads = 0;

/**
 * Adds the contacts of a file to a draft, in one transaction: all of the file or, on any error, nothing of it. Rows without a valid
 * address, and duplicates, are kept with their line and columns. The file is read, checked and spooled while it arrives; the database is
 * asked for a connection when all of it is there. Memory does not grow with the file.
 *
 * @throws Problem 404; 409 unless the campaign is a draft, both before reading and at the end, and where it was stopped; 413 and 422 for
 * files that cannot be read; 408 when the sender falls silent; 429 while too many others upload
 */
export async function importContacts(db: Database, asked: ImportRequest): Promise<ImportReport> {
  ask('campaigns:write');
  const request = { ...asked, fileName: asked.fileName && plainName(asked.fileName) };
  checkFileOptions(request);
  const { rows } = await db.pool.query<DraftFacts>('select status, channel, doing from campaigns where id = $1', [request.campaignId]);
  const { channel } = openDraft(rows[0]);
  if (uploads >= MAX_UPLOADS) {
    throw new Problem(429, 'rate_limited', 'Many lists are being imported at this moment. Try again in a few seconds.', { retryAfterS: 5 });
  }
  uploads++;
  let run: ImportRun | null = null;
  let spool: Spool | null = null;
  const tally: Tally = { rows: 0, rejected: 0, left_out: 0, errors: [], preview: [], phase: 'reading' };
  try {
    if (!request.dryRun) run = await startRun(db, request.campaignId, request.fileName?.slice(0, 255) ?? null, request.viewer.label);
    const reading = readContacts(request, channel);
    spool = await spoolRows(stage(reading.contacts.batches, channel, request, tally, run));
    const report = await importSpooled(db, { ...request, channel }, spool, reading, tally, run);
    await run?.done();
    return report;
  } catch (error) {
    const told = explain(error, tally.phase);
    const internal =
      tally.phase === 'committing'
        ? 'The database broke off at the end, so the list may or may not have been imported. Look at the number of contacts before you try again.'
        : 'Something went wrong on our side. Nothing was imported; try again.';
    await run?.failed(isProblem(told) ? told.message : internal);
    throw told;
  } finally {
    uploads--;
    await spool?.close();
  }
}

async function importSpooled(
  db: Database,
  request: ImportRequest & { channel: Channel },
  spool: Spool,
  { contacts, as }: Reading,
  tally: Tally,
  run: ImportRun | null,
): Promise<ImportReport> {
  tally.phase = 'saving';
  const giveBack = await waitForSlowConnection(db);
  let failed = true;
  const client = await db.pool.connect().catch((error: unknown) => {
    giveBack();
    throw error;
  });
  try {
    await client.query('begin; set local statement_timeout = 0');
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    run?.saving(rows[0]?.pid as number);
    run?.check();
    const saved = await save(client, request, spool, contacts, tally);
    if (!request.dryRun) tally.phase = 'committing';
    await client.query(request.dryRun ? 'rollback' : 'commit');
    failed = false;
    const { channel } = request;
    const { errors, preview, left_out, rejected } = tally;
    return {
      rows: tally.rows,
      accepted: saved.accepted,
      duplicates: tally.rows - rejected - saved.accepted,
      rejected,
      left_out,
      warnings: warningsOf(contacts, as, tally),
      errors,
      report_url: request.dryRun ? '' : reportUrl(request.campaignId, saved.importId),
      ...describe(contacts, as, channel),
      preview: request.dryRun ? preview : null,
    };
  } finally {
    // A COPY that broke off leaves the connection in its middle: closing it rolls everything back, whatever state it is in.
    client.release(failed);
    giveBack();
  }
}

interface Tally {
  rows: number;
  rejected: number;
  left_out: number;
  errors: RejectedRow[];
  preview: PreviewedRow[];
  /** Until it is `committing`, nothing was imported; after that only the commit's answer tells. */
  phase: 'reading' | 'saving' | 'committing';
}

interface Reading {
  contacts: ContactRows;
  as: DecodedAs;
}

async function save(
  client: PoolClient,
  { campaignId, viewer, fileName, dryRun }: ImportRequest,
  spool: Spool,
  contacts: ContactRows,
  tally: Tally,
) {
  // The draft's next revision is told in their name.
  await nameActor(client, viewer);
  await createStaging(client);
  await copyToStaging(client, spool.read());

  // Two imports with the same people in different orders would wait for each other's rows; one after the other cannot.
  await client.query(`select pg_advisory_xact_lock(hashtextextended('import into campaign', $1))`, [campaignId]);
  // Lock order: recipients first, the campaign last.
  const accepted = await insertRecipients(client, campaignId);
  if (dryRun) return { accepted, importId: 0 };
  await addVariables(client, campaignId, contacts.variables());

  const { rows, rejected, left_out } = tally;
  const duplicates = rows - rejected - accepted;
  const columns = contacts.facts().layout?.columns.map(({ header, name }) => ({ header, name })) ?? null;
  const saved = await client.query<{ id: number }>(
    `insert into imports (campaign_id, file_name, rows, accepted, duplicates, rejected, left_out, columns, created_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id`,
    [
      campaignId,
      fileName?.slice(0, 255) ?? null,
      rows,
      accepted,
      duplicates,
      rejected,
      left_out,
      columns && JSON.stringify(columns),
      viewer.label,
    ],
  );
  const importId = saved.rows[0]?.id as number;
  const details = { rows, accepted, duplicates, rejected, ...(fileName && { file_name: fileName.slice(0, 255) }) };
  await logEvent(client, { campaignId, kind: 'imported', actor: viewer.label, details });
  const { rows: named } = await client.query<{ name: string }>('select name from campaigns where id = $1', [campaignId]);
  await audit(client, { action: 'recipient.import', object: { type: 'campaign', id: campaignId, name: named[0]?.name }, after: details });
  if (accepted < rows) {
    await keepRejects(client, importId, campaignId);
  }
  return { accepted, importId };
}

function readContacts(request: ImportRequest, channel: Channel): Reading {
  const { source, contentType, addressColumn, delimiter, headerLine, columns, takeStatuses } = request;
  const chunks = request.sample ? wholeLines(readChunks(source)) : readChunks(source);
  const as: DecodedAs = { encoding: 'utf-8', guessed: false, sure: true };
  const contacts = /[/+]json\b/i.test(contentType)
    ? readJson(chunks, { channel, addressKey: addressColumn, columns, takeStatuses })
    : readCsv(decodeLines(chunks, encodingOf(request), as), { channel, addressColumn, delimiter, headerLine, columns, takeStatuses });
  return { contacts, as };
}

/** What somebody chose; else what Content-Type says, where it is known. */
function encodingOf({ encoding, contentType }: ImportRequest): Encoding | null {
  const charset = encoding ?? /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(contentType)?.[1];
  return charset === undefined ? null : encodingNamed(charset);
}

async function* stage(
  batches: AsyncIterable<ContactRow[]>,
  channel: Channel,
  { defaultCountry, bareNumbers: bare }: ImportRequest,
  tally: Tally,
  run: ImportRun | null,
): AsyncGenerator<string> {
  const given = defaultCountry?.toUpperCase();
  const country = given !== undefined && isCountry(given) ? given : undefined;
  for await (const batch of batches) {
    run?.check();
    let text = '';
    for (const row of batch) {
      const staged = stageRow(row, (raw) => readAddress(channel, raw, { country, bare }));
      text += copyLine(staged);
      count(tally, row, staged);
    }
    if (run) run.rows = tally.rows;
    if (text !== '') yield text;
  }
}

function count(tally: Tally, row: ContactRow, { line, address, reason, advice, variables }: StagedRow): void {
  tally.rows++;
  if (tally.preview.length < PREVIEWED_ROWS) {
    const kept = reason === null ? address : null;
    tally.preview.push({ line, address: kept, written: row.address.slice(0, 320), reason, variables: JSON.parse(variables) });
  }
  if (reason === null) return;
  tally.rejected++;
  if ((leftOutReasons as readonly string[]).includes(reason)) tally.left_out++;
  if (tally.errors.length < MAX_REPORTED_ERRORS) {
    tally.errors.push({ line, address, reason, ...(advice !== null && { advice }) });
  }
}

function describe(
  contacts: ContactRows,
  as: DecodedAs,
  channel: Channel,
): Pick<ImportReport, 'encoding' | 'encoding_guessed' | 'delimiter' | 'header_line' | 'columns'> {
  const { delimiter, headerLine, layout } = contacts.facts();
  const columns: ReadColumn[] | undefined = layout?.columns.map(({ header, name, type, leftOut }, index) => {
    const role = index === layout.addressColumn ? 'address' : leftOut ? 'left_out' : 'variable';
    return { header, name: role === 'variable' ? name : null, role, type, status: statusKind(header, channel) !== null };
  });
  return { encoding: as.encoding, encoding_guessed: as.guessed, delimiter, header_line: headerLine, columns: columns ?? null };
}

function warningsOf(contacts: ContactRows, as: DecodedAs, { left_out }: Tally): string[] {
  const warnings = fileWarnings(contacts, as);
  if (left_out > 0) {
    const people = left_out === 1 ? '1 person is left out, whose' : `${left_out.toLocaleString('en-US')} people are left out, whose`;
    warnings.push(`${people} status in the file says that they must not be written to.`);
  }
  return warnings;
}

/** Of the beginning of a file, cut off anywhere, the whole lines. */
async function* wholeLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held = Buffer.alloc(0);
  for await (const chunk of chunks) held = Buffer.concat([held, chunk]);
  const wide = held[0] === 0xff || held[0] === 0xfe;
  const end = Math.max(held.lastIndexOf(10), held.lastIndexOf(13)) + 1;
  yield wide || end === 0 ? held.subarray(0, held.length - (held.length % 2)) : held.subarray(0, end);
}

/** Takes the campaign's row lock, checks that it still is a draft, and adds the names that it did not have yet. */
async function addVariables(client: PoolClient, campaignId: number, names: string[]): Promise<void> {
  const { rows } = await client.query<DraftFacts>('select status, channel, doing from campaigns where id = $1 for no key update', [
    campaignId,
  ]);
  openDraft(rows[0]);
  await client.query(
    `update campaigns set variables = variables || array(
       select name from unnest($2::text[]) with ordinality as given (name, position) where name <> all (variables) order by position)
     where id = $1 and not variables @> $2::text[]`,
    [campaignId, names],
  );
}

type DraftFacts = Pick<CampaignRow, 'status' | 'channel' | 'doing'>;

/** @throws Problem unless contacts can be added to it */
function openDraft(campaign: DraftFacts | undefined): DraftFacts {
  if (!campaign) throw notThere();
  if (campaign.status !== 'DRAFT') {
    throw conflict(`This campaign is ${statusLabels[campaign.status].toLowerCase()}. Contacts can only be added to a draft.`);
  }
  refuseWhilePreparing(campaign, 'Add contacts when that is done.');
  return campaign;
}

function notThere(): Problem {
  return new Problem(404, 'not_found', 'This campaign does not exist.');
}

/** PostgreSQL's and the stream's own words are not for people. A connection that breaks is the sender's only while the file is read. */
function explain(error: unknown, phase: Tally['phase']): unknown {
  const code = (error as { code?: string } | null)?.code;
  if (code === '23503') {
    return notThere(); // deleted while the file was being read
  }
  if (code === '57014') return new Problem(409, 'stopped', 'The import was stopped. Nothing was imported.', { cause: error });
  if (phase !== 'reading') return error;
  if (code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ABORT_ERR') {
    return new Problem(400, 'upload_broken', 'The upload broke off before its end. Nothing was imported; try again.', { cause: error });
  }
  return error;
}
