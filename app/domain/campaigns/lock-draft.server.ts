import type { PoolClient } from 'pg';
import { conflict, notFound } from '../problem.ts';
import { statusLabels } from './campaign.ts';
import { type CampaignRow, campaignColumns } from './campaign-json.ts';

/**
 * The draft, locked until the transaction ends, so that it cannot start meanwhile. Locking it before its recipients is safe only
 * because nothing else locks the recipients of a draft. To delete it, take the stronger lock at once: an import holds the weak
 * one that its new rows' foreign key takes, and wants the row later.
 *
 * @param act what was asked for, as in "cannot be changed"
 * @throws Problem 404, 409 in any other state or while its list is being copied
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
  if (campaign.preparing) {
    throw conflict(`The recipients are still being copied; it can be ${act} when that is done.`, 'preparing');
  }
  return campaign;
}
