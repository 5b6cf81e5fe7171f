import type { PoolClient } from 'pg';
import { type Actor, nameActor } from '../access/actor.server.ts';
import { conflict, notFound } from '../problem.ts';
import { statusLabels } from './campaign.ts';
import { type CampaignRow, campaignColumns } from './campaign-json.ts';
import { staleRevision } from './stale-revision.server.ts';
import { refuseWhilePreparing } from './still-preparing.ts';

export interface LockDraftOptions {
  viewer?: Actor | undefined;
  /** Revisions of which it must be one (If-Match); null: whatever it is. */
  seen?: readonly number[] | null | undefined;
  strength?: 'no key update' | 'update';
}

/**
 * The draft, locked until the transaction ends, so that it cannot start meanwhile. Locking it before its recipients is safe only
 * because nothing else locks the recipients of a draft. To delete it, take the stronger lock at once: whoever logs what happened to it
 * holds the weak one that foreign keys take, and may want the row later.
 *
 * @param act what was asked for, as in "cannot be changed"
 * @throws Problem 404, 409 in any other state or while its list is being copied or emptied; 412 where it is not as the caller saw it
 */
export async function lockDraft(
  client: PoolClient,
  id: number,
  act: string,
  { viewer, seen = null, strength = 'no key update' }: LockDraftOptions = {},
): Promise<CampaignRow> {
  await nameActor(client, viewer);
  const { rows } = await client.query<CampaignRow>(`select ${campaignColumns} from campaigns where id = $1 for ${strength}`, [id]);
  const campaign = rows[0];
  if (!campaign) throw notFound('There is no campaign');
  if (campaign.status !== 'DRAFT') {
    throw conflict(`Only a draft can be ${act}, and this campaign is ${statusLabels[campaign.status].toLowerCase()}.`);
  }
  refuseWhilePreparing(campaign, `It can be ${act} when that is done.`);
  if (seen && !seen.includes(campaign.revision)) throw await staleRevision(client, campaign, Math.max(...seen), 412);
  return campaign;
}
