import type { PoolClient } from 'pg';
import type { Database } from '#db/database.ts';
import { addJob } from '#db/jobs.ts';
import { inTransaction } from '#db/transaction.ts';
import { ask } from '../access/ask.server.ts';
import { audit } from '../access/audit.server.ts';
import type { Viewer } from '../access/roles.ts';
import { conflict, Problem } from '../problem.ts';
import { type CampaignJson, hasEnded } from './campaign.ts';
import { getCampaign } from './get-campaign.server.ts';
import { type LockedCampaign, lockCampaign } from './locked-campaign.server.ts';
import { logEvent } from './log-event.server.ts';
import { type CloneRecipients, notReached } from './not-reached.ts';
import { refuseWhilePreparing } from './still-preparing.ts';

const SUFFIX = ' (copy)';

/**
 * A new draft with the same content and settings, for the same recipients or for those that were not reached. Answers at once; the list is
 * copied by a task and the draft is `preparing` until it is complete.
 *
 * @throws Problem 404; 409 where the original's own list is still being copied or emptied, and for those not reached before it has ended, or
 * where there are none
 */
export async function cloneCampaign(db: Database, viewer: Viewer, id: number, recipients: CloneRecipients = 'all'): Promise<CampaignJson> {
  ask('campaigns:write');
  const cloneId = await inTransaction(db.pool, async (client) => {
    const original = await lockCampaign(client, viewer, id);
    refuseWhilePreparing(original, 'Clone it when that is done.');
    const people = recipients === 'all' ? original.total : await countNotReached(client, original);
    const { rows } = await client.query<{ id: number }>(
      `insert into campaigns (name, channel, subject, html, text, sender, unknown_policy, max_retries, variables, created_by, cloned_from, doing, preparing_of)
       select left(name, 200 - length($2)) || $2, channel, subject, html, text, sender, unknown_policy, max_retries, variables, $3, id,
         case when $4::integer > 0 then 'copying' else 'nothing' end::campaign_doing, nullif($4, 0)
       from campaigns where id = $1 returning id`,
      [id, SUFFIX, viewer.label, people],
    );
    const clone = rows[0]?.id as number;
    const details = { from: id, name: original.name, ...(recipients === 'not_reached' && { recipients }) };
    await logEvent(client, { campaignId: clone, kind: 'cloned', actor: viewer.label, details });
    if (people > 0) {
      const job = addJob('clone_recipients', { campaign_id: '$1::bigint', clone_id: '$2::bigint', recipients: '$3::text' });
      await client.query(`select ${job}`, [id, clone, recipients]);
    }
    const after = { from: id, recipients, people };
    await audit(client, { action: 'campaign.clone', object: { type: 'campaign', id: clone, name: original.name + SUFFIX }, after });
    return clone;
  });
  return getCampaign(db, cloneId);
}

/** @throws Problem 409 while somebody may still be reached, and where nobody is left */
async function countNotReached(client: PoolClient, { id, status }: LockedCampaign): Promise<number> {
  const [counters, failures] = await Promise.all([
    client.query<{ pending: number; cancelled: number; open: number }>(
      'select pending, cancelled, queued + sending + retrying as open from campaigns where id = $1',
      [id],
    ),
    client.query<{ code: string; count: number }>(
      'select failure_code as code, recipients as count from campaign_failures where campaign_id = $1 and recipients > 0',
      [id],
    ),
  ]);
  const now = counters.rows[0] ?? { pending: 0, cancelled: 0, open: 0 };
  if (!hasEnded(status) || now.open > 0) {
    throw conflict('Who was not reached is known when the campaign has ended. Clone it for them then, or for everybody now.');
  }
  const count = notReached(now, failures.rows);
  if (count === 0) {
    throw new Problem(
      409,
      'nobody_to_send_to',
      'Everybody who may be sent to was reached, or may have been. Clone it for everybody instead.',
    );
  }
  return count;
}
