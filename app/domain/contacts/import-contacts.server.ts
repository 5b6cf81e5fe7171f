import type { PoolClient } from 'pg';
import type { Database } from '#db/database.ts';
import type { Viewer } from '../access/roles.ts';
import { logEvent } from '../activity/log-event.server.ts';
import { type Channel, statusLabels } from '../campaigns/campaign.ts';
import type { CampaignRow } from '../campaigns/campaign-json.ts';
import { stillPreparing } from '../campaigns/still-preparing.ts';
import { conflict, Problem } from '../problem.ts';
import { takeSlowConnection } from '../slow-connections.server.ts';
import { type ByteSource, readChunks } from './byte-source.server.ts';
import type { ContactRow, ContactRows } from './contact-rows.ts';
import { readCsv } from './csv-rows.server.ts';
import { decodeLines } from './decode.server.ts';
import { type ImportReport, MAX_REPORTED_ERRORS, type RejectedRow, reportUrl } from './import-report.ts';
import { readJson } from './json-rows.server.ts';
import { isCountry } from './phone-number.ts';
import { readAddress } from './read-address.ts';
import { type StagedRow, stageRow } from './stage-row.ts';
import { copyToStaging, createStaging, insertRecipients, keepRejects } from './staging.server.ts';

export interface ImportRequest {
  campaignId: number;
  viewer: Pick<Viewer, 'label'>;
  source: ByteSource;
  /** A media type; JSON where it says so, anything else is read as CSV. */
  contentType: string;
  fileName?: string | null;
  /** Header of the column with the addresses (JSON: the key); default: found. */
  addressColumn?: string | undefined;
  /** ISO 3166 code of the country whose numbers are written without country code; default US. */
  defaultCountry?: string | undefined;
  /** One character; default: found. */
  delimiter?: string | undefined;
}

/**
 * Adds the contacts of a file to a draft, in one transaction: all of the file or, on any error, nothing of it. Rows without a valid
 * address, and duplicates, are kept with their line. Memory does not grow with the file.
 *
 * @throws Problem 404; 409 unless the campaign is a draft, both before reading and at the end; 413 and 422 for files that cannot be
 * read; 408 when the sender falls silent; 429 while too many others import
 */
export async function importContacts(db: Database, request: ImportRequest): Promise<ImportReport> {
  checkOptions(request);
  const giveBack = takeSlowConnection(db);
  try {
    return await importInTransaction(db, request);
  } finally {
    giveBack();
  }
}

async function importInTransaction(db: Database, request: ImportRequest): Promise<ImportReport> {
  const client = await db.pool.connect();
  let failed = true;
  try {
    await client.query('begin');
    const report = await runImport(client, request);
    await client.query('commit');
    failed = false;
    return report;
  } catch (error) {
    throw explain(error);
  } finally {
    // A COPY that broke off leaves the connection in its middle: closing it rolls everything back, whatever state it is in.
    client.release(failed);
  }
}

function checkOptions({ delimiter, defaultCountry }: ImportRequest): void {
  const errors = [];
  if (delimiter !== undefined && (delimiter.length !== 1 || /["\r\n]/.test(delimiter))) {
    errors.push({ path: 'delimiter', message: 'The delimiter is one character, such as a comma, a semicolon or a tab.' });
  }
  if (defaultCountry !== undefined && !isCountry(defaultCountry.toUpperCase())) {
    errors.push({ path: 'default_country', message: `"${defaultCountry}" is not a country. Use two letters such as US or DE.` });
  }
  if (errors.length > 0) {
    throw new Problem(422, 'invalid', errors.map((error) => error.message).join(' '), { errors });
  }
}

async function runImport(client: PoolClient, request: ImportRequest): Promise<ImportReport> {
  const { campaignId } = request;
  const channel = await requireDraft(client, campaignId);
  const contacts = readContacts(request, channel);
  const tally = { rows: 0, rejected: 0, errors: [] as RejectedRow[] };

  await client.query(`select set_config('rollcall.actor', $1, true)`, [request.viewer.label]);
  await createStaging(client);
  await copyToStaging(client, stage(contacts.batches, channel, request.defaultCountry, tally));

  // Two imports with the same people in different orders would wait for each other's rows; one after the other cannot.
  await client.query(`select pg_advisory_xact_lock(hashtextextended('import into campaign', $1))`, [campaignId]);
  // Lock order: recipients first, the campaign last.
  const accepted = await insertRecipients(client, campaignId);
  await addVariables(client, campaignId, contacts.variables());

  const { rows, rejected, errors } = tally;
  const duplicates = rows - rejected - accepted;
  const saved = await client.query<{ id: number }>(
    `insert into imports (campaign_id, file_name, rows, accepted, duplicates, rejected, created_by)
     values ($1, $2, $3, $4, $5, $6, $7) returning id`,
    [campaignId, request.fileName?.slice(0, 255) ?? null, rows, accepted, duplicates, rejected, request.viewer.label],
  );
  const importId = saved.rows[0]?.id as number;
  const details = { rows, accepted, duplicates, rejected, ...(request.fileName && { file_name: request.fileName.slice(0, 255) }) };
  await logEvent(client, { campaignId, kind: 'imported', actor: request.viewer.label, details });
  if (accepted < rows) {
    await keepRejects(client, importId, campaignId);
  }
  return { rows, accepted, duplicates, rejected, errors, report_url: reportUrl(campaignId, importId) };
}

function readContacts({ source, contentType, addressColumn, delimiter }: ImportRequest, channel: Channel): ContactRows {
  const chunks = readChunks(source);
  return /[/+]json\b/i.test(contentType)
    ? readJson(chunks, addressColumn)
    : readCsv(decodeLines(chunks), { channel, addressColumn, delimiter });
}

async function* stage(
  batches: AsyncIterable<ContactRow[]>,
  channel: Channel,
  defaultCountry: string | undefined,
  tally: { rows: number; rejected: number; errors: RejectedRow[] },
): AsyncGenerator<StagedRow[]> {
  const given = defaultCountry?.toUpperCase();
  const country = given !== undefined && isCountry(given) ? given : undefined;
  for await (const batch of batches) {
    const staged = batch.map((row) => stageRow(row, (raw) => readAddress(channel, raw, { country })));
    tally.rows += staged.length;
    for (const { line, address, reason } of staged) {
      if (reason !== null) {
        tally.rejected++;
        if (tally.errors.length < MAX_REPORTED_ERRORS) {
          tally.errors.push({ line, address, reason });
        }
      }
    }
    yield staged;
  }
}

/** Says no before a long upload rather than after it. The answer may change meanwhile: {@link addVariables} asks again, under the lock. */
async function requireDraft(client: PoolClient, campaignId: number): Promise<Channel> {
  const { rows } = await client.query<DraftFacts>('select status, channel, preparing, emptying from campaigns where id = $1', [campaignId]);
  return openDraft(rows[0]).channel;
}

/** Takes the campaign's row lock, checks that it still is a draft, and adds the names that it did not have yet. */
async function addVariables(client: PoolClient, campaignId: number, names: string[]): Promise<void> {
  const { rows } = await client.query<DraftFacts>(
    'select status, channel, preparing, emptying from campaigns where id = $1 for no key update',
    [campaignId],
  );
  openDraft(rows[0]);
  await client.query(
    `update campaigns set variables = variables || array(
       select name from unnest($2::text[]) with ordinality as given (name, position) where name <> all (variables) order by position)
     where id = $1 and not variables @> $2::text[]`,
    [campaignId, names],
  );
}

type DraftFacts = Pick<CampaignRow, 'status' | 'channel' | 'preparing' | 'emptying'>;

/** @throws Problem unless contacts can be added to it */
function openDraft(campaign: DraftFacts | undefined): DraftFacts {
  if (!campaign) throw notThere();
  if (campaign.status !== 'DRAFT') {
    throw conflict(`This campaign is ${statusLabels[campaign.status].toLowerCase()}. Contacts can only be added to a draft.`);
  }
  if (campaign.preparing) throw stillPreparing(campaign, 'Add contacts when that is done.');
  return campaign;
}

function notThere(): Problem {
  return new Problem(404, 'not_found', 'This campaign does not exist.');
}

/** PostgreSQL's and the stream's own words are not for people. */
function explain(error: unknown): unknown {
  const code = (error as { code?: string } | null)?.code;
  if (code === '23503') {
    return notThere(); // deleted while the file was being read
  }
  if (code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ABORT_ERR') {
    return new Problem(400, 'upload_broken', 'The upload broke off before its end. Nothing was imported; try again.', { cause: error });
  }
  return error;
}
