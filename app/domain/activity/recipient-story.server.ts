import type { Database } from '#db/database.ts';
import { ask } from '../access/ask.server.ts';
import { getCampaign } from '../campaigns/get-campaign.server.ts';
import { singleRetryClosed, singleRetryFacts } from '../campaigns/retry-rules.ts';
import { recipientRetryWindowS } from '../campaigns/retry-window.server.ts';
import { suppressedAmong } from '../people/find-people.server.ts';
import { getRecipient } from '../recipients/get-recipient.server.ts';
import { attemptAddress } from '../recipients/recipient-json.ts';
import { recipientRetryClosed } from '../recipients/recipient-retry.ts';
import { type ActivityRow, activityColumns, activityTables, toActivityJson } from './activity-row.server.ts';
import type { WholeStory } from './story.ts';
import { type ProviderEvent, storyEvents } from './story.ts';

/** One recipient with everything that was tried and everything that happened. @throws Problem 404 */
export async function recipientStory(db: Database, campaignId: number, id: number): Promise<WholeStory> {
  ask('people:read');
  const { recipient, attempts } = await getRecipient(db, campaignId, id);
  const [[suppressed = null], campaign, activity, provider] = await Promise.all([
    suppressedAmong(db, [recipient.address]),
    getCampaign(db, campaignId),
    db.pool.query<ActivityRow>(
      `select ${activityColumns} from ${activityTables}
       where e.campaign_id = $1 and (e.recipient_id = $2 or (e.recipient_id is null and e.kind in ('started', 'retried', 'cancelled')))
       order by e.id`,
      [campaignId, id],
    ),
    db.pool.query<Omit<ProviderEvent, 'occurred_at'> & { occurred_at: Date }>(
      // Providers tell times in whole seconds, in any order: what followed an attempt must not seem to come before it, nor the end before the way.
      `select p.provider, p.kind, greatest(p.occurred_at, a.finished_at) as occurred_at, p.code, p.reason,
         nullif(${attemptAddress}, $3) as former
       from provider_events p left join attempts a on a.id = p.attempt_id
       where p.campaign_id = $1 and p.recipient_id = $2 order by 3, p.kind <> 'processed', p.kind <> 'deferred', p.id`,
      [campaignId, id, recipient.address],
    ),
  ]);
  const told = provider.rows.map((event) => ({ ...event, occurred_at: event.occurred_at.toISOString() }));
  return {
    ...{ recipient, attempts, suppressed },
    events: storyEvents(
      recipient,
      attempts,
      activity.rows.map((row) => toActivityJson(row, true)),
      told,
    ),
    retry_closed:
      recipientRetryClosed(recipient) ??
      singleRetryClosed(singleRetryFacts(campaign), new Date(), recipientRetryWindowS())?.message ??
      null,
  };
}
