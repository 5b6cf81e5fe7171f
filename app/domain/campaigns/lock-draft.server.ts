import type { PoolClient } from 'pg';
import { conflict, notFound } from '../problem.ts';
import { statusLabels } from './campaign.ts';
import { type CampaignRow, campaignColumns } from './campaign-json.ts';
import { stillPreparing } from './still-preparing.ts';

/**
 * The draft, locked until the transaction ends, so that it cannot start meanwhile. Locking it before its recipients is safe only
 * because nothing else locks the recipients of a draft. To delete it, take the stronger lock at once: whoever logs what happened to it
 * holds the weak one that foreign keys take, and may want the row later.
 *
 * @param act what was asked for, as in "cannot be changed"
 * @throws Problem 404, 409 in any other state or while its list is being copied or emptied
 */
export async function lockDraft(
  client: PoolClient,
  id: number,
  act: string,
  strength: 'no key update' | 'update' = 'no key update',
): Promise<CampaignRow> {
  const { rows } = await client.query<CampaignRow>(`select ${campaignColumns} from campaigns where id = $1 for ${strength}`, [id]);
  const campaign = rows[0];
  if (!campaign) throw notFound('There is no campaign');
  if (campaign.status !== 'DRAFT') {
    throw conflict(`Only a draft can be ${act}, and this campaign is ${statusLabels[campaign.status].toLowerCase()}.`);
  }
  if (campaign.preparing) throw stillPreparing(campaign, `It can be ${act} when that is done.`);
  return campaign;
}
