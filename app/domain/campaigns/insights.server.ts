import type { Database } from '#db/database.ts';
import { inSnapshot } from '#db/transaction.ts';
import { ask } from '../access/ask.server.ts';
import type { ActivityKind } from './activity.ts';
import { failureGroups } from './failure-groups.server.ts';
import { readCampaignSummary } from './get-campaign.server.ts';
import type { CampaignInsights, MinuteJson } from './insights.ts';
import { minutes, seconds } from './minutes.server.ts';
import { singleRetryClosed, singleRetryFacts } from './retry-rules.ts';
import { recipientRetryWindowS } from './retry-window.server.ts';
import { sendingEvents, sendingTime } from './sending-time.ts';

/** What the page of a campaign shows beside its counters: a few rows, whatever the size of the campaign. @throws Problem 404 */
export async function readInsights(db: Database, campaignId: number): Promise<CampaignInsights> {
  ask('campaigns:read');
  return inSnapshot(db.pool, async (client) => {
    const campaign = await readCampaignSummary(client, campaignId);
    const reasons = await failureGroups(client, campaignId);
    const perMinute = await minutes(client, campaignId);
    const events = await client.query<{ kind: ActivityKind; at: Date }>(
      'select kind, at from campaign_events where campaign_id = $1 and kind = any($2) order by id desc limit 500',
      [campaignId, sendingEvents],
    );
    const gate = await client.query<{ rate: number | null }>('select rate from provider_gates where channel = $1', [campaign.channel]);
    return {
      campaign,
      reasons,
      minutes: perMinute,
      seconds: isShort(perMinute) ? await seconds(client, campaignId) : null,
      rate: gate.rows[0]?.rate ?? null,
      sendingMs: sendingTime(events.rows.reverse(), Date.now()),
      singlesClosed: singleRetryClosed(singleRetryFacts(campaign), new Date(), recipientRetryWindowS()) !== null,
    };
  });
}

const SHORT_MS = 4 * 60_000;
/** Seconds are counted from the attempts themselves, so only a few thousand of them. */
const MOST_ATTEMPTS = 10_000;

function isShort(perMinute: readonly MinuteJson[]): boolean {
  const [first, last] = [perMinute[0], perMinute.at(-1)];
  if (!first || !last || Date.parse(last.minute) - Date.parse(first.minute) > SHORT_MS) return false;
  return perMinute.reduce((sum, { accepted, failed, transient }) => sum + accepted + failed + transient, 0) <= MOST_ATTEMPTS;
}
