import type { PoolClient } from 'pg';
import type { Database } from '#db/database.ts';
import { inTransaction } from '#db/transaction.ts';
import { failureLabel } from '../failures.ts';
import { heavyRead } from '../heavy-reads.server.ts';
import { periods, type ReportRow, type ReportView } from './period.ts';

export interface Report {
  /** Oldest first, without holes. */
  rows: ReportRow[];
  /** Of recipients that failed in the period and are failed now; the largest first. */
  reasons: { code: string; label: string; count: number }[];
}

/**
 * What was sent, failed and saved in a period, over all campaigns. The sums are those of the reporting views, with days of the reader's
 * time zone. Ended campaigns cost a few rows each; one under way is counted, 4 s for 1,000,000 recipients.
 */
export async function report(db: Database, { period, channel }: ReportView, timeZone: string): Promise<Report> {
  const { unit, count } = periods[period];
  const read = async (client: PoolClient): Promise<Report> => {
    await client.query(`set transaction isolation level repeatable read, read only; set local statement_timeout = '15s'`);
    await client.query(`select set_config('timezone', $1, true)`, [timeZone]);
    const { rows: bounds } = await client.query<{ from: string }>(
      `select (date_trunc($1, localtimestamp) - ($2 - 1) * ('1 ' || $1)::interval)::date::text as from`,
      [unit, count],
    );
    const from = bounds[0]?.from;
    const { rows } = await client.query<ReportRow>(
      `select g.start::date::text as start, coalesce(s.sent, 0)::float8 as sent, coalesce(s.failed, 0)::float8 as failed,
         coalesce(s.recovered, 0)::float8 as recovered, coalesce(s.attempts, 0)::float8 as attempts, coalesce(s.retried, 0)::float8 as retried
       from generate_series($2::date::timestamp, localtimestamp, ('1 ' || $1)::interval) as g (start)
       left join (
         select date_trunc($1, day::timestamp) as start, sum(sent) as sent, sum(failed) as failed, sum(recovered) as recovered,
           sum(attempts) as attempts, sum(retried) as retried
         from reporting.daily_sends where day >= $2::date and ($3::text is null or channel = $3) group by 1
       ) s using (start)
       order by g.start`,
      [unit, from, channel],
    );
    const { rows: reasons } = await client.query<{ code: string; count: number }>(failureReasons, [from, channel]);
    return { rows, reasons: reasons.map((reason) => ({ ...reason, label: failureLabel(reason.code) })) };
  };
  return heavyRead(db, () => inTransaction(db.pool, read));
}

/**
 * $1 the first day, $2 channel or null. Of campaigns that began in the period the kept counts; of earlier ones those recipients are counted
 * that failed in it, where there may be any.
 */
const failureReasons = `
  with concerned as (
    select c.id, c.started_at >= $1::date as whole from campaigns c
    where c.failed > 0 and ($2::channel is null or c.channel = $2) and (
      c.started_at >= $1::date
      or not exists (select from campaign_quarters q where q.campaign_id = c.id and q.ledger_version = c.ledger_version)
      or exists (select from campaign_quarters q where q.campaign_id = c.id and q.failed > 0 and q.quarter >= $1::date))
  )
  select code, sum(count)::float8 as count
  from (
    select f.failure_code as code, f.recipients as count from concerned c join campaign_failures f on f.campaign_id = c.id
    where c.whole and f.recipients > 0
    union all
    select r.failure_code, count(*) from concerned c join recipients r on r.campaign_id = c.id
    where not c.whole and r.listed_as = 'failed' and r.failed_at >= $1::date group by 1
  ) parts
  group by code order by count desc, code`;
