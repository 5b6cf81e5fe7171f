import { Readable } from 'node:stream';
import type { Database } from '#db/database.ts';
import { ask } from '../access/ask.server.ts';
import { audit } from '../access/audit.server.ts';
import { currentDoor } from '../access/door.server.ts';
import { isLimited } from '../access/key-limits.server.ts';
import { getCampaign } from '../campaigns/get-campaign.server.ts';
import { toCell } from '../csv-cell.ts';
import { csvStream, csvWriter } from '../csv-stream.server.ts';
import type { CsvStyle } from '../csv-style.ts';
import { type AttemptRow, attemptColumns } from '../recipients/recipient-json.ts';
import { type ActivityRow, activityColumns, activityTables, toActivityJson } from './activity-row.server.ts';
import { recipientStory } from './recipient-story.server.ts';
import { attemptText, inOrder } from './story.ts';

/** The events of a campaign's life as CSV, oldest first. @throws Problem 404 */
export async function exportActivity(db: Database, campaignId: number, style?: CsvStyle): Promise<Readable> {
  ask('people:export');
  const { name } = await getCampaign(db, campaignId);
  await audit(db.pool, { action: 'export.activity', object: { type: 'campaign', id: campaignId, name } });
  // As whoever began it: rows come later.
  const limited = isLimited(currentDoor()?.asker ?? {});
  return csvStream<ActivityRow>(db, {
    text: `select ${activityColumns} from ${activityTables} where e.campaign_id = $1 order by e.id`,
    values: [campaignId],
    header: ['at', 'kind', 'actor', 'recipient_id', 'address', 'text'],
    cells: (row) => [row.at, row.kind, row.actor, row.recipient_id, row.address, toActivityJson(row, true, limited).text].map(toCell),
    style,
  });
}

const attemptHeader = [
  ...(['id', 'recipient_id', 'address', 'round', 'number', 'started_at', 'finished_at', 'outcome'] as const),
  ...(['http_status', 'provider_code', 'reason', 'retry_after_s', 'provider_message_id', 'actor'] as const),
];

/** A campaign's log of attempts as CSV, oldest first. @throws Problem 404 */
export async function exportAttempts(db: Database, campaignId: number, style?: CsvStyle): Promise<Readable> {
  ask('people:export');
  const { name } = await getCampaign(db, campaignId);
  await audit(db.pool, { action: 'export.attempts', object: { type: 'campaign', id: campaignId, name } });
  return csvStream<AttemptRow>(db, {
    text: `select ${attemptColumns} from attempts a where a.campaign_id = $1 order by a.id`,
    values: [campaignId],
    header: attemptHeader,
    cells: (row) => attemptHeader.map((name) => toCell(row[name])),
    style,
  });
}

/** One recipient's whole story as CSV, attempts and events in order. @throws Problem 404 */
export async function exportStory(db: Database, campaignId: number, recipientId: number, style?: CsvStyle): Promise<Readable> {
  ask('people:export');
  const { attempts, events } = await recipientStory(db, campaignId, recipientId);
  await audit(db.pool, { action: 'export.story', object: { type: 'recipient', id: `${campaignId}/${recipientId}` } });
  const lines = [
    ...attempts.map((attempt) => [
      ...[attempt.finished_at, `attempt_${attempt.outcome}`, attempt.actor, attemptText(attempt)],
      ...[attempt.provider_code ?? (attempt.http_status === null ? null : `HTTP ${attempt.http_status}`), attempt.reason],
    ]),
    ...events.map(({ at, kind, actor, text, code, reason }) => [at, kind, actor, text, code, reason]),
  ];
  const csv = csvWriter(['at', 'kind', 'actor', 'text', 'code', 'reason'], style);
  return Readable.from(inOrder(lines, ([at]) => at ?? '').map((line) => line.map(toCell))).pipe(csv);
}
