import type { Pool, PoolClient } from 'pg';
import { addSendJobs } from '../jobs.ts';
import { becomes } from './becomes.ts';
import { inFlight } from './in-flight.ts';

/** May campaign `c`, open for single people alone, send to them? Until then they wait without jobs. */
const offersSingles = `c.doing = 'singles' and campaign_claims(c) and ledger_may_send(0)
  and exists (select from provider_gates g where g.channel = c.channel and g.hold_until is null and g.rate is distinct from 0)`;

const offered = becomes('offer', 'queued', { dispatch_seq: 'r.dispatch_seq + 1' });

/**
 * Offers one recipient of a campaign that waits for a held provider, as its probe; of one that is open for single people, one of these.
 *
 * To whom is left to chance, everybody alike: somebody whose own message the provider always answers with an error would otherwise be asked
 * for again and again, and keep it held for all the others.
 *
 * @returns false where nobody waits
 */
export async function offerProbe(client: PoolClient, channel: 'email' | 'sms'): Promise<boolean> {
  const { rowCount } = await client.query(
    `with campaign as (
       select c.id from campaigns c
       where c.channel = $1 and ((campaign_sends(c) and c.pending > 0) or (c.status = 'SENDING' and c.doing = 'singles' and c.queued > 0))
         and exists (select from provider_gates where channel = $1 and hold_until <= now() and rate is distinct from 0)
       order by -ln(1 - random()) / case c.doing when 'singles' then c.queued else c.pending end limit 1
     ),
     single as materialized (
       select r.campaign_id, r.id from campaign join campaigns c on c.id = campaign.id and c.doing = 'singles'
       cross join lateral (${inFlight('campaign_id, id', 'queued')}) as r order by random() limit 1
     ),
     ends as (
       select c.id as campaign_id,
         (select id from recipients where campaign_id = c.id and listed_as = 'pending' and status = 'pending' order by listed_as, id limit 1) as first,
         (select id from recipients where campaign_id = c.id and listed_as = 'pending' and status = 'pending' order by listed_as desc, id desc limit 1) as last
       from campaign c where not exists (select from single)
     ),
     start as materialized (select campaign_id, first + floor(random() * (last - first + 1))::bigint as id from ends),
     picked as (
       select r.campaign_id, r.id from start s
       join recipients r on r.campaign_id = s.campaign_id and r.listed_as = 'pending' and r.status = 'pending' and r.id >= s.id
       order by r.id limit 1 for update of r skip locked
     ),
     chosen as (
       select r.campaign_id, r.id from single s join recipients r on r.campaign_id = s.campaign_id and r.id = s.id
       where r.status = 'queued' for update of r skip locked
     ),
     moved as (
       update recipients r set ${offered}
       from (select * from picked union all select * from chosen) as picked where r.campaign_id = picked.campaign_id and r.id = picked.id
       returning r.campaign_id, r.id, r.dispatch_seq
     )
     select ${addSendJobs('$1::text', { probe: true })} from moved having count(*) > 0`,
    [channel],
  );
  return Boolean(rowCount);
}

const renewed = becomes('renew', { sql: 'r.status' }, { dispatch_seq: 'r.dispatch_seq + 1' });

/** A campaign that is open for single people goes on: whoever of them was given back meanwhile is offered again. */
export async function offerAgain(pool: Pool, campaignId: number): Promise<void> {
  await pool.query(
    `with waiting as (
       select r.campaign_id, r.id, c.channel from campaigns c cross join lateral (${inFlight('campaign_id, id', 'queued')}) as r
       where c.id = $1 and ${offersSingles}
     ),
     locked as (
       select r.campaign_id, r.id, w.channel from waiting w join recipients r on r.campaign_id = w.campaign_id and r.id = w.id
       where r.status = 'queued' order by r.id for update of r
     ),
     again as (
       update recipients r set ${renewed}
       from locked where r.campaign_id = locked.campaign_id and r.id = locked.id
       returning r.campaign_id, r.id, r.dispatch_seq, locked.channel
     )
     select ${addSendJobs('channel')} from again having count(*) > 0`,
    [campaignId],
  );
}

/** A recipient that nothing has changed for so long ought to have its job. */
const UNCHANGED_S = 10;

/**
 * Recipients that are queued, or due again, and have no job: they get one. A job counts as theirs while it carries their dispatch_seq and
 * may still run, or has left them in the line of their campaign.
 */
export async function renewLostJobs(pool: Pool): Promise<{ campaignId: number; renewed: number }[]> {
  const { rows } = await pool.query<{ campaignId: number; renewed: number }>(
    `with live as (
       select (j.payload ->> 'campaign_id')::bigint as campaign_id, (j.payload ->> 'recipient_id')::bigint as id,
         (j.payload ->> 'dispatch_seq')::integer as dispatch_seq
       from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
       where t.identifier in ('send_email', 'send_sms') and (j.attempts < j.max_attempts or j.locked_at is not null)
       union all
       select campaign_id, recipient_id, dispatch_seq from rate_line
     ),
     waiting as (
       select r.campaign_id, r.id, c.channel
       from campaigns c cross join lateral (
         (select * from (${inFlight('campaign_id, id', 'queued')}) queued where c.doing <> 'singles' or (${offersSingles} and not exists (
           select from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
           where t.identifier = 'move_recipients' and (j.payload ->> 'campaign_id')::bigint = c.id and (j.attempts < j.max_attempts or j.locked_at is not null))))
         union all
         (select campaign_id, id from recipients where campaign_id = c.id and listed_as = 'retrying' order by listed_as, id limit c.retrying)
       ) as r
       where c.status in ('SENDING', 'PAUSED')
     ),
     missing as (
       select r.campaign_id, r.id, w.channel, r.next_attempt_at
       from waiting w join recipients r on r.campaign_id = w.campaign_id and r.id = w.id
       where r.status in ('queued', 'retrying')
         and r.changed_at < now() - $1 * interval '1 second' and coalesce(r.next_attempt_at, r.changed_at) < now() - $1 * interval '1 second'
         and not exists (select from live where live.campaign_id = r.campaign_id and live.id = r.id and live.dispatch_seq = r.dispatch_seq)
       order by r.id limit 5000 for update of r skip locked
     ),
     renewed as (
       update recipients r set ${renewed}
       from missing where r.campaign_id = missing.campaign_id and r.id = missing.id
       returning r.campaign_id, r.id, r.dispatch_seq, missing.channel
     ),
     jobs as (
       select ${addSendJobs('channel')}
       from renewed having count(*) > 0
     )
     select campaign_id as "campaignId", count(*)::integer as renewed, (select count(*) from jobs) as jobs from renewed group by campaign_id`,
    [UNCHANGED_S],
  );
  return rows.map(({ campaignId, renewed }) => ({ campaignId, renewed }));
}
