import type { PoolClient } from 'pg';
import type { CampaignDoing } from '#db/ledger/campaign-transitions.ts';
import { type Actor, nameActor } from '../access/actor.server.ts';
import type { Channel } from '../channel.ts';
import { Problem } from '../problem.ts';
import type { StoredApproval } from './approval.ts';
import { type CampaignStatus, statusLabels, type UnknownPolicy } from './campaign.ts';

/** What the use cases of a campaign's life decide by. */
export interface LockedCampaign {
  id: number;
  name: string;
  channel: Channel;
  status: CampaignStatus;
  total: number;
  pending: number;
  subject: string | null;
  html: string | null;
  text: string | null;
  sender: string | null;
  variables: string[];
  doing: CampaignDoing;
  max_retries: number;
  unknown_policy: UnknownPolicy;
  retry_count: number;
  failed_at: Date | null;
  scheduled_at: Date | null;
  revision: number;
  failure_code: string | null;
  failure_reason: string | null;
  approval: StoredApproval | null;
  /** The database's clock. */
  now: Date;
}

/**
 * The campaign's row, locked until the transaction ends; what happens to it is logged in the viewer's name. Only its own row may change
 * after this: recipients come first in the lock order.
 *
 * @throws Problem 404
 */
export async function lockCampaign(client: PoolClient, viewer: Actor | null, id: number): Promise<LockedCampaign> {
  await nameActor(client, viewer);
  const { rows } = await client.query<LockedCampaign>(
    `select id, name, channel, status, total, pending, subject, html, text, sender, variables, doing, max_retries, retry_count,
       unknown_policy, failed_at, scheduled_at, revision, failure_code, failure_reason, approval, now() as now
     from campaigns where id = $1 for no key update`,
    [id],
  );
  if (!rows[0]) throw new Problem(404, 'not_found', 'This campaign does not exist.');
  return rows[0];
}

/** "A campaign that is paused cannot be sent." */
export function stateConflict(act: string, status: CampaignStatus): Problem {
  return new Problem(409, 'conflict', `A campaign that is ${statusLabels[status].toLowerCase()} cannot be ${act}.`);
}
