import type { Database } from '#db/database.ts';
import { inTransaction } from '#db/transaction.ts';
import type { Viewer } from '../access/roles.ts';
import { Problem } from '../problem.ts';
import { getRecipient } from './get-recipient.server.ts';
import { type RecipientJson, recipientStatusLabels } from './recipient.ts';
import { sendOneAgain } from './reopen-recipient.server.ts';
import type { Resolution } from './resolutions.ts';
import { again, lockRecipient } from './retry-recipient.server.ts';

/**
 * A person's decision on a recipient whose outcome is unknown: it arrived, it did not, or send it again.
 *
 * @throws Problem 404; 409 unless the recipient is `unknown`, or where its cancelled campaign can send nothing any more
 */
export async function resolveRecipient(
  db: Database,
  viewer: Viewer,
  campaignId: number,
  id: number,
  outcome: Resolution,
): Promise<RecipientJson> {
  await inTransaction(db.pool, async (client) => {
    const found = await lockRecipient(client, campaignId, id);
    if (found.status !== 'unknown') {
      const label = recipientStatusLabels[found.status].toLowerCase();
      throw new Problem(409, 'conflict', `Only an unknown outcome can be decided, and this recipient is ${label}.`);
    }
    await client.query(
      `insert into campaign_events (campaign_id, recipient_id, kind, actor, details) values ($1, $2, 'recipient_resolved', $3, $4)`,
      [campaignId, id, viewer.label, { outcome }],
    );
    await client.query(`select set_config('rollcall.actor', $1, true)`, [viewer.label]);
    if (outcome === 'resend') {
      if (found.campaign_status === 'CANCELLED') {
        throw new Problem(409, 'conflict', 'The campaign was cancelled and sends nothing any more. Decide that it was sent or failed.');
      }
      await again(client, viewer, campaignId, id, found.address, found.campaign_status);
      await sendOneAgain(client, viewer, campaignId, id);
    } else if (outcome === 'sent') {
      await client.query(
        `update recipients set status = 'sent', sent_at = now(), unknown_until = null, failure_code = null, failure_reason = null, changed_at = now()
         where campaign_id = $1 and id = $2`,
        [campaignId, id],
      );
    } else {
      await client.query(
        `update recipients set status = 'failed', failed_at = now(), unknown_until = null, failure_code = 'outcome_unknown',
           failure_reason = $3, changed_at = now() where campaign_id = $1 and id = $2`,
        [campaignId, id, `${viewer.label} found that the message did not arrive.`],
      );
    }
  });
  return (await getRecipient(db, campaignId, id)).recipient;
}
