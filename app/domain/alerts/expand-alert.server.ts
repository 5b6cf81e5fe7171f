import type { Pool } from 'pg';
import { addJob } from '#db/jobs.ts';

/** Tries of a delivery before it counts as lost; Graphile waits e^n seconds after the nth, about 3.5 hours in all. */
const DELIVERY_ATTEMPTS = 10;

/**
 * Makes a delivery, with its job, for each endpoint that wants the alert; a second call makes none. Deliveries to one endpoint go one
 * after the other, so that a slow receiver holds one of the worker's places and no more.
 *
 * "In a row" counts backwards from this end through the ends of the same campaign, and through those of all campaigns of its channel:
 * one of the two must reach the endpoint's threshold with nothing but ends that missed at least `min_unreached` people.
 *
 * @param body the JSON to send, the same for all
 * @returns how many deliveries were made
 */
export async function expandAlert(pool: Pool, alertId: number, body: string): Promise<number> {
  const { rows } = await pool.query<{ made: number }>(
    `with alert as (
       select a.id, a.type, a.campaign_id, a.round, (a.data ->> 'unreached')::integer as unreached, r.id as run, r.channel
       from alerts a left join campaign_runs r on r.campaign_id = a.campaign_id and r.round = a.round
       where a.id = $1
     ),
     wanted as (
       select e.id from webhook_endpoints e cross join alert
       where e.disabled_at is null and alert.type = any (e.events)
         and (alert.unreached is null or alert.unreached >= e.min_unreached)
         and (alert.type not in ('campaign.failed', 'campaign.partially_sent')
           or e.failure_threshold = (
             select count(*) filter (where unreached >= e.min_unreached) from (
               select unreached from campaign_runs where campaign_id = alert.campaign_id and round <= alert.round
               order by round desc limit e.failure_threshold) of_campaign)
           or e.failure_threshold = (
             select count(*) filter (where unreached >= e.min_unreached) from (
               select unreached from campaign_runs where channel = alert.channel and id <= alert.run
               order by id desc limit e.failure_threshold) of_channel))
     ),
     made as (
       insert into webhook_deliveries (endpoint_id, alert_id, type, campaign_id, body, next_attempt_at)
       select wanted.id, alert.id, alert.type, alert.campaign_id, $2, now() from wanted cross join alert
       on conflict (endpoint_id, alert_id) do nothing
       returning id, endpoint_id
     ),
     jobs as (
       select ${addJob('deliver_alert', { delivery_id: 'id' }, { queue: `'alerts to ' || endpoint_id`, maxAttempts: DELIVERY_ATTEMPTS })}
       from made
     )
     select (select count(*) from made)::integer as made, (select count(*) from jobs) as jobs`,
    [alertId, body],
  );
  return rows[0]?.made ?? 0;
}
