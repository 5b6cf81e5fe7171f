import type { Pool } from 'pg';
import { inTransaction } from '#db/transaction.ts';
import type { Channel } from '../channel.ts';

/** What the database knows about the state of the whole; times in s, epochs in s since 1970. */
export interface LedgerMetrics {
  attempts: { channel: Channel; accepted: number; permanent: number; transient: number }[];
  /** Of campaigns that send or are paused; unknown and held of all campaigns. */
  recipients: {
    channel: Channel;
    pending: number;
    queued: number;
    sending: number;
    retrying: number;
    unknown: number;
    held: number;
  }[];
  campaigns: { status: string; campaigns: number }[];
  durations: { channel: Channel; quantiles: [p50: number, p95: number, p99: number] }[];
  jobs: { task: string; ready: number; running: number; scheduled: number; oldest: number; priority: number }[];
  gates: { channel: Channel; held: boolean; until: number; since: number; holds: number; rate: number | null }[];
  repairs: { kind: string; repaired: number }[];
  workers: { running: number; died: number };
}

/** Newest attempts that durations are taken from, and s that they may be old. */
const SAMPLE = { attempts: 2_000, s: 300 };
/** ms a statement may take, so that a scrape never weighs on a database that is in trouble. */
const STATEMENT_MS = 2_000;

/**
 * Reads everything in one snapshot, from kept counters and small tables; neither recipients nor the attempt log is counted.
 * With 1,000,000 recipients and attempts, 20,000 minutes of sending and 5,000 jobs: 25 ms.
 */
export function readMetrics(pool: Pool): Promise<LedgerMetrics> {
  return inTransaction(pool, async (client) => {
    await client.query('set transaction isolation level repeatable read, read only');
    await client.query(`set local statement_timeout = ${STATEMENT_MS}`);
    const {
      rows: [workers],
    } = await client.query<LedgerMetrics['workers']>(
      `select count(*) filter (where ended_at is null)::integer as running, count(*) filter (where ended_how = 'died')::integer as died from workers`,
    );
    return {
      workers: workers ?? { running: 0, died: 0 },
      attempts: (
        await client.query<LedgerMetrics['attempts'][number]>(
          `select c.channel, sum(m.accepted)::bigint as accepted, sum(m.failed)::bigint as permanent, sum(m.transient)::bigint as transient
         from campaign_minutes m join campaigns c on c.id = m.campaign_id group by 1`,
        )
      ).rows,
      recipients: (
        await client.query<LedgerMetrics['recipients'][number]>(
          `select channel, ${['pending', 'queued', 'sending', 'retrying']
            .map((status) => `coalesce(sum(${status}) filter (where status in ('SENDING', 'PAUSED')), 0)::bigint as ${status}`)
            .join(', ')}, sum(unknown - held)::bigint as unknown, sum(held)::bigint as held
         from campaigns group by 1`,
        )
      ).rows,
      campaigns: (
        await client.query<LedgerMetrics['campaigns'][number]>('select status, count(*)::integer as campaigns from campaigns group by 1')
      ).rows,
      durations: (
        await client.query<LedgerMetrics['durations'][number]>(
          `select c.channel, percentile_cont(array[0.5, 0.95, 0.99]) within group (order by a.s) as quantiles
         from (select campaign_id, finished_at, extract(epoch from finished_at - started_at)::float8 as s
           from attempts order by id desc limit ${SAMPLE.attempts}) a join campaigns c on c.id = a.campaign_id
         where a.finished_at > now() - ${SAMPLE.s} * interval '1 second' group by 1`,
        )
      ).rows,
      jobs: (
        await client.query<LedgerMetrics['jobs'][number]>(
          `select t.identifier as task,
           count(j.id) filter (where ready)::integer as ready,
           count(j.id) filter (where j.locked_at is not null)::integer as running,
           count(j.id) filter (where j.locked_at is null and j.run_at > now())::integer as scheduled,
           coalesce(extract(epoch from now() - min(j.run_at) filter (where ready)), 0)::float8 as oldest,
           count(j.id) filter (where ready and j.priority < 0)::integer as priority
         from graphile_worker._private_tasks t
         left join graphile_worker._private_jobs j on j.task_id = t.id
         cross join lateral (select j.locked_at is null and j.run_at <= now() and j.attempts < j.max_attempts as ready) as state
         group by 1`,
        )
      ).rows,
      gates: (
        await client.query<LedgerMetrics['gates'][number]>(
          `select channel, hold_until is not null as held, coalesce(extract(epoch from hold_until), 0)::float8 as until,
           coalesce(extract(epoch from held_since), 0)::float8 as since, hold_count as holds, rate
         from provider_gates`,
        )
      ).rows,
      repairs: (
        await client.query<LedgerMetrics['repairs'][number]>('select kind, sum(repaired)::bigint as repaired from repairs group by 1')
      ).rows,
    };
  });
}
