import type { Database } from '#db/database.ts';
import { inTransaction } from '#db/transaction.ts';
import type { Viewer } from '../access/roles.ts';
import { logEvent } from '../activity/log-event.server.ts';
import type { CampaignJson } from './campaign.ts';
import { getCampaign } from './get-campaign.server.ts';
import { lockCampaign } from './locked-campaign.server.ts';
import { stillPreparing } from './still-preparing.ts';

const SUFFIX = ' (copy)';

/**
 * A new draft with the same content, settings and recipients. Answers at once; the list is copied by a task and the draft is `preparing`
 * until it is complete.
 *
 * @throws Problem 404; 409 where the original's own list is still being copied or emptied
 */
export async function cloneCampaign(db: Database, viewer: Viewer, id: number): Promise<CampaignJson> {
  const cloneId = await inTransaction(db.pool, async (client) => {
    const original = await lockCampaign(client, viewer, id);
    if (original.preparing) throw stillPreparing(original, 'Clone it when that is done.');
    const { rows } = await client.query<{ id: number }>(
      `insert into campaigns (name, channel, subject, html, text, sender, unknown_policy, max_retries, variables, created_by, cloned_from, preparing, preparing_of)
       select left(name, 200 - length($2)) || $2, channel, subject, html, text, sender, unknown_policy, max_retries, variables, $3, id, total > 0, nullif(total, 0)
       from campaigns where id = $1 returning id`,
      [id, SUFFIX, viewer.label],
    );
    const clone = rows[0]?.id as number;
    await logEvent(client, { campaignId: clone, kind: 'cloned', actor: viewer.label, details: { from: id, name: original.name } });
    if (original.total > 0) {
      await client.query(
        `select graphile_worker.add_job('clone_recipients', json_build_object('campaign_id', $1::bigint, 'clone_id', $2::bigint), priority => -15)`,
        [id, clone],
      );
    }
    return clone;
  });
  return getCampaign(db, cloneId);
}
