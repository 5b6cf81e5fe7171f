import type { Database } from '#db/database.ts';
import { ask } from '../access/ask.server.ts';
import { notFound } from '../problem.ts';
import type { RecipientJson, RecipientStory } from './recipient.ts';
import { type AttemptRow, attemptColumns, type RecipientRow, recipientColumns, toAttemptJson, toRecipientJson } from './recipient-json.ts';

/** One recipient with everything that was tried. @throws Problem 404 */
export async function getRecipient(db: Database, campaignId: number, id: number): Promise<RecipientStory> {
  ask('people:read');
  const [recipients, attempts] = await Promise.all([
    db.pool.query<RecipientRow>(`select ${recipientColumns} from recipients r where r.campaign_id = $1 and r.id = $2`, [campaignId, id]),
    db.pool.query<AttemptRow>(`select ${attemptColumns} from attempts a where a.campaign_id = $1 and a.recipient_id = $2 order by a.id`, [
      campaignId,
      id,
    ]),
  ]);
  if (!recipients.rows[0]) throw notFound('There is no recipient');
  return { recipient: toRecipientJson(recipients.rows[0]), attempts: attempts.rows.map(toAttemptJson) };
}

/** The rows on a screen, in id order; ids that are not of this campaign are left out. At most 500. */
export async function getRecipientsByIds(db: Database, campaignId: number, ids: readonly number[]): Promise<RecipientJson[]> {
  const { rows } = await db.pool.query<RecipientRow>(
    `select ${recipientColumns} from recipients r where r.campaign_id = $1 and r.id = any($2::bigint[]) order by r.id`,
    [campaignId, ids.slice(0, 500)],
  );
  return rows.map(toRecipientJson);
}
