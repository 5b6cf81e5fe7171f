import type { Pool } from 'pg';
import { addJob, requestChunks } from '#db/jobs.ts';

/** What can be found wrong. */
export const repairKinds = ['job_missing', 'job_dead', 'job_orphaned', 'dispatch_missing', 'counters_wrong', 'not_ended'] as const;

/** What was mended, by kind; empty on a healthy system. */
export interface Repair {
  kind: (typeof repairKinds)[number];
  campaignId: number | null;
  repaired: number;
}

/** What nothing has changed for so long ought to have its job. */
const UNCHANGED_S = 10;

/** Send jobs that Graphile has given up; whoever still waits for one has just been given another. */
export async function removeDeadJobs(pool: Pool): Promise<Repair[]> {
  const { rowCount } = await pool.query(
    `delete from graphile_worker._private_jobs j using graphile_worker._private_tasks t
     where t.id = j.task_id and t.identifier in ('send_email', 'send_sms', 'send_email_chunk', 'send_sms_chunk') and j.attempts >= j.max_attempts and j.locked_at is null`,
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
       and not exists (select from workers w where q.locked_by = any (w.pool_ids || w.pool_id) and w.ended_at is null)`,
    [UNREGISTERED_S],
  );
  const { rowCount } = await pool.query(
    `update graphile_worker._private_jobs j set locked_at = null, locked_by = null, attempts = greatest(j.attempts - 1, 0)
     where j.locked_at < now() - $1 * interval '1 second'
       and not exists (select from workers w where j.locked_by = any (w.pool_ids || w.pool_id) and w.ended_at is null)`,
    [UNREGISTERED_S],
  );
  return rowCount ? [{ kind: 'job_orphaned', campaignId: null, repaired: rowCount }] : [];
}

/** Lists that are being copied or removed, with no job that does it: they could be neither sent nor deleted. */
export async function requestMissingLists(pool: Pool): Promise<Repair[]> {
  const { rows } = await pool.query<{ id: number }>(
    `with waiting as (
       select c.id, c.cloned_from, c.doing = 'emptying' as emptying from campaigns c
       where c.doing in ('copying', 'emptying') and c.created_at < now() - $1 * interval '1 second'
         and not exists (
           select from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
           where (j.attempts < j.max_attempts or j.locked_at is not null)
             and ((t.identifier = 'clone_recipients' and (j.payload ->> 'clone_id')::bigint = c.id)
               or (t.identifier = 'remove_list' and (j.payload ->> 'campaign_id')::bigint = c.id)))
     )
     select id, case
       when emptying then ${addJob('remove_list', { campaign_id: 'id', import_ids: `'[]'::json` })}
       else ${addJob('clone_recipients', {
         campaign_id: 'cloned_from',
         clone_id: 'id',
         recipients: `coalesce((select details ->> 'recipients' from campaign_events
           where campaign_id = waiting.id and kind = 'cloned' order by id limit 1), 'all')`,
       })}
     end from waiting where emptying or cloned_from is not null`,
    [UNCHANGED_S],
  );
  return rows.map(({ id }) => ({ kind: 'dispatch_missing', campaignId: id, repaired: 1 }));
}

/** Campaigns that ought to be sent, moved or started, and have no job for it. One whose provider is held or stopped waits: its release asks. */
export async function requestMissingDispatches(pool: Pool): Promise<Repair[]> {
  const { rows } = await pool.query<{ id: number }>(
    `with waiting as (
       select c.id, campaign_is_moving(c) as moving
       from campaigns c join provider_gates g on g.channel = c.channel
       where (campaign_is_moving(c) or (g.hold_until is null and g.rate is distinct from 0 and ledger_may_send(0) and campaign_sends(c) and c.pending > 0)
           or exists (select from rate_line l where l.campaign_id = c.id))
         and not exists (
           select from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
           where t.identifier = case when campaign_is_moving(c) then 'move_recipients' else 'send_' || c.channel || '_chunk' end and (j.payload ->> 'campaign_id')::bigint = c.id
             and (j.attempts < j.max_attempts or j.locked_at is not null))
     )
     select id, case when moving then (${addJob('move_recipients', { campaign_id: 'id' })}).id else ${requestChunks('id')} end from waiting`,
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
     select id, ${addJob('start_campaign', { campaign_id: 'id', scheduled_at: 'scheduled_at' }, { runAt: 'scheduled_at' })}
     from waiting`,
  );
  return rows.map(({ id }) => ({ kind: 'dispatch_missing', campaignId: id, repaired: 1 }));
}

/** Campaigns in which something may be going on, and what their ledger has come to. */
export async function activeCampaigns(pool: Pool): Promise<{ id: number; version: number; resting: boolean }[]> {
  const { rows } = await pool.query<{ id: number; version: number; resting: boolean }>(
    `select id, ledger_version as version, status = 'PAUSED' as resting from campaigns where status in ('SENDING', 'PAUSED') or campaign_is_moving(campaigns) or finished_at > now() - interval '10 minutes' order by id`,
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
     where c.status in ('SENDING', 'PAUSED') and c.doing <> 'gathering' and not c.doubtful and c.total > 0 and not (c.status = 'PAUSED' and c.known_until is not null and c.held > 0)
       and c.queued + c.sending + c.retrying + c.unknown - c.held = 0 and (c.pending = 0 or c.stop_code is not null)`,
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
