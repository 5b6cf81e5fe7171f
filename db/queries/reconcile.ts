import type { Pool } from 'pg';
import { inTransaction } from '../transaction.ts';
import { inFlight } from './in-flight.ts';

/** What can be found wrong. */
export const repairKinds = ['job_missing', 'job_dead', 'job_orphaned', 'dispatch_missing', 'counters_wrong', 'not_ended'] as const;

/** What was mended, by kind; empty on a healthy system. */
export interface Repair {
  kind: (typeof repairKinds)[number];
  campaignId: number | null;
  repaired: number;
}

/** A recipient that nothing has changed for so long ought to have its job. */
const UNCHANGED_S = 10;

/**
 * Recipients that are queued, or due again, and have no job: they get one. A job counts as theirs while it carries their dispatch_seq and
 * may still run.
 */
export async function addMissingJobs(pool: Pool): Promise<Repair[]> {
  const { rows } = await pool.query<{ campaign_id: number; n: number }>(
    `with live as (
       select (j.payload ->> 'campaign_id')::bigint as campaign_id, (j.payload ->> 'recipient_id')::bigint as id,
         (j.payload ->> 'dispatch_seq')::integer as dispatch_seq
       from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
       where t.identifier in ('send_email', 'send_sms') and (j.attempts < j.max_attempts or j.locked_at is not null)
     ),
     waiting as (
       select r.campaign_id, r.id, c.channel
       from campaigns c cross join lateral (
         (${inFlight('campaign_id, id', 'queued')})
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
       update recipients r set dispatch_seq = r.dispatch_seq + 1, changed_at = now()
       from missing where r.campaign_id = missing.campaign_id and r.id = missing.id
       returning r.campaign_id, r.id, r.dispatch_seq, missing.channel
     ),
     jobs as (
       select graphile_worker.add_jobs(array_agg((
         'send_' || channel, json_build_object('campaign_id', campaign_id, 'recipient_id', id, 'dispatch_seq', dispatch_seq),
         null, null, 4, null, -10, null)::graphile_worker.job_spec))
       from renewed having count(*) > 0
     )
     select campaign_id, count(*)::integer as n, (select count(*) from jobs) as jobs from renewed group by campaign_id`,
    [UNCHANGED_S],
  );
  return rows.map(({ campaign_id, n }) => ({ kind: 'job_missing', campaignId: campaign_id, repaired: n }));
}

/** Send jobs that Graphile has given up; whoever still waits for one has just been given another. */
export async function removeDeadJobs(pool: Pool): Promise<Repair[]> {
  const { rowCount } = await pool.query(
    `delete from graphile_worker._private_jobs j using graphile_worker._private_tasks t
     where t.id = j.task_id and t.identifier in ('send_email', 'send_sms') and j.attempts >= j.max_attempts and j.locked_at is null`,
  );
  return rowCount ? [{ kind: 'job_dead', campaignId: null, repaired: rowCount }] : [];
}

/** A worker registers right after its first look at the queue: jobs locked for so long by nobody known are nobody's. */
const UNREGISTERED_S = 30;

/**
 * Jobs locked by a queue that is not registered as running: it died before it had registered, or took them after others had buried it.
 * They are free again, and the attempt that Graphile counted is given back.
 */
export async function freeOrphanedJobs(pool: Pool): Promise<Repair[]> {
  await pool.query(
    `update graphile_worker._private_job_queues q set locked_at = null, locked_by = null
     where q.locked_at < now() - $1 * interval '1 second'
       and not exists (select from workers w where w.pool_id = q.locked_by and w.ended_at is null)`,
    [UNREGISTERED_S],
  );
  const { rowCount } = await pool.query(
    `update graphile_worker._private_jobs j set locked_at = null, locked_by = null, attempts = greatest(j.attempts - 1, 0)
     where j.locked_at < now() - $1 * interval '1 second'
       and not exists (select from workers w where w.pool_id = j.locked_by and w.ended_at is null)`,
    [UNREGISTERED_S],
  );
  return rowCount ? [{ kind: 'job_orphaned', campaignId: null, repaired: rowCount }] : [];
}

/** Lists that are being copied or removed, with no job that does it: they could be neither sent nor deleted. */
export async function requestMissingLists(pool: Pool): Promise<Repair[]> {
  const { rows } = await pool.query<{ id: number }>(
    `with waiting as (
       select c.id, c.cloned_from, c.emptying from campaigns c
       where c.preparing and c.created_at < now() - $1 * interval '1 second'
         and not exists (
           select from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
           where (j.attempts < j.max_attempts or j.locked_at is not null)
             and ((t.identifier = 'clone_recipients' and (j.payload ->> 'clone_id')::bigint = c.id)
               or (t.identifier = 'remove_list' and (j.payload ->> 'campaign_id')::bigint = c.id)))
     )
     select id, case
       when emptying then graphile_worker.add_job('remove_list', json_build_object('campaign_id', id, 'import_ids', '[]'::json), priority => -15)
       else graphile_worker.add_job('clone_recipients', json_build_object('campaign_id', cloned_from, 'clone_id', id, 'recipients', coalesce(
         (select details ->> 'recipients' from campaign_events where campaign_id = waiting.id and kind = 'cloned' order by id limit 1), 'all')),
         priority => -15)
     end from waiting where emptying or cloned_from is not null`,
    [UNCHANGED_S],
  );
  return rows.map(({ id }) => ({ kind: 'dispatch_missing', campaignId: id, repaired: 1 }));
}

/** Campaigns that ought to be topped up, moved or started, and have no job for it. One whose provider is held or stopped waits: its release asks. */
export async function requestMissingDispatches(pool: Pool): Promise<Repair[]> {
  const { rows } = await pool.query<{ id: number }>(
    `with waiting as (
       select c.id, case when c.moving then 'move_recipients' else 'dispatch_campaign' end as task
       from campaigns c join provider_gates g on g.channel = c.channel
       where (c.moving or (g.hold_until is null and g.rate is distinct from 0 and ledger_may_send(0) and c.status = 'SENDING' and c.stop_code is null and c.rest_code is null and c.pending > 0
           and (c.dispatch_requested or c.queued < c.dispatch_below or c.queued + c.sending + c.retrying = 0)))
         and not exists (
           select from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
           where t.identifier in ('dispatch_campaign', 'move_recipients') and (j.payload ->> 'campaign_id')::bigint = c.id
             and (j.attempts < j.max_attempts or j.locked_at is not null))
     )
     select id, graphile_worker.add_job(task, json_build_object('campaign_id', id), priority => -20) from waiting`,
  );
  return rows.map(({ id }) => ({ kind: 'dispatch_missing', campaignId: id, repaired: 1 }));
}

/** Scheduled campaigns whose start has no job: their time would come and nothing would happen. */
export async function requestMissingStarts(pool: Pool): Promise<Repair[]> {
  const { rows } = await pool.query<{ id: number }>(
    `with waiting as (
       select c.id, c.scheduled_at from campaigns c
       where c.status = 'SCHEDULED' and not exists (
         select from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
         where t.identifier = 'start_campaign' and (j.payload ->> 'campaign_id')::bigint = c.id
           and (j.payload ->> 'scheduled_at')::timestamptz = c.scheduled_at
           and (j.attempts < j.max_attempts or j.locked_at is not null))
     )
     select id, graphile_worker.add_job('start_campaign', json_build_object('campaign_id', id, 'scheduled_at', scheduled_at),
       run_at => scheduled_at, priority => -20)
     from waiting`,
  );
  return rows.map(({ id }) => ({ kind: 'dispatch_missing', campaignId: id, repaired: 1 }));
}

const COUNTED = ['pending', 'queued', 'sending', 'retrying', 'unknown', 'sent', 'failed', 'suppressed', 'cancelled'] as const;

/**
 * Compares a campaign's kept counters with its ledger in one snapshot and, where they differ, sets them right under the campaign's lock.
 * The triggers make a difference impossible; this is the proof that it stays so.
 */
export async function checkCounters(pool: Pool, campaignId: number): Promise<Repair[]> {
  const counts = COUNTED.map((status) => `count(*) filter (where r.status = '${status}')::integer as ${status}`).join(', ');
  const differs = `(${COUNTED.map((status) => `c.${status}`).join(', ')}) is distinct from (${COUNTED.map((status) => `l.${status}`).join(', ')})`;
  const ledger = `campaigns c cross join lateral (
    select ${counts}, count(*)::integer as total,
      count(*) filter (where r.status = 'unknown' and r.unknown_until is null)::integer as held
    from recipients r where r.campaign_id = c.id) l`;
  const { rowCount } = await pool.query(`select from ${ledger} where c.id = $1 and ${differs}`, [campaignId]);
  if (!rowCount) return [];
  return inTransaction(pool, async (client) => {
    await client.query('select from campaigns where id = $1 for no key update', [campaignId]);
    const set = COUNTED.map((status) => `${status} = l.${status}`).join(', ');
    const { rowCount: repaired } = await client.query(
      `update campaigns set total = l.total, held = l.held, ${set} from (select l.* from ${ledger} where c.id = $1 and ${differs}) l where campaigns.id = $1`,
      [campaignId],
    );
    return repaired ? [{ kind: 'counters_wrong', campaignId, repaired }] : [];
  });
}

/** Campaigns in which something may be going on, and what their ledger has come to. */
export async function activeCampaigns(pool: Pool): Promise<{ id: number; version: number; resting: boolean }[]> {
  const { rows } = await pool.query<{ id: number; version: number; resting: boolean }>(
    `select id, ledger_version as version, status = 'PAUSED' as resting from campaigns where status in ('SENDING', 'PAUSED') or finished_at > now() - interval '10 minutes' order by id`,
  );
  return rows;
}

/** First key of the lock that keeps two reconcilers apart, whatever process they run in. */
const RECONCILER = 0x526f6c6d;

/** Does the work where nobody else is at it; else nothing. */
export async function alone<T>(pool: Pool, work: () => Promise<T>): Promise<T | null> {
  const client = await pool.connect();
  try {
    const { rows } = await client.query<{ mine: boolean }>('select pg_try_advisory_lock($1, 0) as mine', [RECONCILER]);
    if (!rows[0]?.mine) return null;
    try {
      return await work();
    } finally {
      await client.query('select pg_advisory_unlock($1, 0)', [RECONCILER]);
    }
  } finally {
    client.release();
  }
}

/** Campaigns whose last recipient was closed and which nobody ended. */
export async function endDoneCampaigns(pool: Pool): Promise<Repair[]> {
  const { rows } = await pool.query<{ id: number }>(
    `select c.id from campaigns c, lateral (select end_campaign_if_done(c)) as ended
     where c.status in ('SENDING', 'PAUSED') and not c.moving and c.total > 0 and not (c.status = 'PAUSED' and c.known_until is not null and c.held > 0)
       and c.queued + c.sending + c.retrying + c.unknown - c.held = 0 and (c.pending = 0 or c.rest_code is not null or c.stop_code is not null)`,
  );
  return rows.map(({ id }) => ({ kind: 'not_ended', campaignId: id, repaired: 1 }));
}

export async function logRepairs(pool: Pool, repairs: readonly Repair[]): Promise<void> {
  await pool.query('insert into repairs (kind, campaign_id, repaired) select * from unnest($1::text[], $2::bigint[], $3::integer[])', [
    repairs.map(({ kind }) => kind),
    repairs.map(({ campaignId }) => campaignId),
    repairs.map(({ repaired }) => repaired),
  ]);
}
