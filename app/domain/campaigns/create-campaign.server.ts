import type { Database } from '#db/database.ts';
import { inTransaction } from '#db/transaction.ts';
import { type Actor, nameActor } from '../access/actor.server.ts';
import { ask } from '../access/ask.server.ts';
import { audit } from '../access/audit.server.ts';
import { parseInput } from '../parse-input.ts';
import { auditedDraft } from './audited-draft.server.ts';
import type { CampaignJson } from './campaign.ts';
import { type NewCampaign, newCampaign } from './campaign-input.ts';
import { type CampaignRow, campaignColumns, toCampaignJson } from './campaign-json.ts';
import { retryWindowS } from './retry-window.server.ts';

/** Makes a DRAFT. @throws Problem 422 with the path of each bad field */
export async function createCampaign(db: Database, viewer: Actor, input: NewCampaign): Promise<CampaignJson> {
  ask('campaigns:write');
  const campaign = parseInput(newCampaign, input);
  return inTransaction(db.pool, async (client) => {
    await nameActor(client, viewer);
    const { rows } = await client.query<CampaignRow>(
      `with created as (
       insert into campaigns (name, channel, subject, html, text, sender, max_retries, unknown_policy, created_by)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning *
     ),
     logged as (
       insert into campaign_events (campaign_id, kind, actor) select id, 'created', created_by from created
     )
     select ${campaignColumns} from created`,
      [
        campaign.name,
        campaign.channel,
        campaign.subject ?? null,
        campaign.html ?? null,
        campaign.text ?? null,
        campaign.from ?? null,
        campaign.max_retries ?? 3,
        campaign.unknown_policy ?? 'resend',
        viewer.label,
      ],
    );
    const made = toCampaignJson(rows[0] as CampaignRow, retryWindowS());
    await audit(client, {
      action: 'campaign.create',
      object: { type: 'campaign', id: made.id, name: made.name },
      after: auditedDraft(made),
    });
    return made;
  });
}
