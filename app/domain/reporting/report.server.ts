import type { PoolClient } from 'pg';
import type { Database } from '#db/database.ts';
import { inTransaction } from '#db/transaction.ts';
import { failureLabel } from '../failures.ts';
import { heavyRead } from '../heavy-reads.server.ts';
import { type Afterwards, type Days, periods, type ReportRow, type ReportView, reportUnit } from './period.ts';

export interface ReportReason {
  code: string;
  label: string;
  count: number;
  /** Those with most of them, largest first. */
  campaigns: { id: number; name: string; count: number }[];
}

export interface Report {
  /** What is shown, up to today at most. */
  days: Days;
  /** Oldest first, without holes. */
  rows: ReportRow[];
  /** Of campaigns that began in the period. */
  afterwards: Afterwards;
  /** Of recipients that failed in the period and are failed now; the largest first. */
  reasons: ReportReason[];
}

/** Campaigns that are named below a reason. */
const CAMPAIGNS_OF_REASON = 5;

/**
 * What was sent, failed and saved in a period, over all campaigns. The sums are those of the reporting views, with days of the reader's
 * time zone. Ended campaigns cost a few rows each; one under way is counted, 4 s for 1,000,000 recipients.
 */
export async function report(db: Database, view: ReportView, timeZone: string): Promise<Report> {
  const unit = reportUnit(view);
  const { channel } = view;
  const read = async (client: PoolClient): Promise<Report> => {
    await client.query(`set transaction isolation level repeatable read, read only; set local statement_timeout = '15s'`);
    await client.query(`select set_config('timezone', $1, true)`, [timeZone]);
    const { rows: bounds } = await client.query<Days>(
      `select coalesce($3::date, (date_trunc($1, localtimestamp) - ($2 - 1) * ('1 ' || $1)::interval)::date)::text as from,
         least($4::date, localtimestamp::date)::text as to`,
      [unit, view.days ? 1 : periods[view.period].count, view.days?.from ?? null, view.days?.to ?? null],
    );
    const days = bounds[0] as Days;
    const { rows } = await client.query<ReportRow>(
      `select g.start::date::text as start, coalesce(s.sent, 0)::float8 as sent, coalesce(s.failed, 0)::float8 as failed,
         coalesce(s.recovered, 0)::float8 as recovered, coalesce(s.attempts, 0)::float8 as attempts, coalesce(s.retried, 0)::float8 as retried,
         coalesce(s.bounced, 0)::float8 as bounced, coalesce(s.complained, 0)::float8 as complained,
         coalesce(s.unsubscribed, 0)::float8 as unsubscribed
       from generate_series(date_trunc($1, $2::date::timestamp), $3::date::timestamp, ('1 ' || $1)::interval) as g (start)
       left join (
         select date_trunc($1, day::timestamp) as start, sum(sent) as sent, sum(failed) as failed, sum(recovered) as recovered,
           sum(attempts) as attempts, sum(retried) as retried, sum(bounced) as bounced, sum(complained) as complained,
           sum(unsubscribed) as unsubscribed
         from reporting.daily_sends where day between $2::date and $3::date and ($4::text is null or channel = $4) group by 1
       ) s using (start)
       order by g.start`,
      [unit, days.from, days.to, channel],
    );
    const { rows: afterwards } = await client.query<Afterwards>(
      `select coalesce(sum(sent), 0)::float8 as sent, coalesce(sum(delivered), 0)::float8 as delivered, coalesce(sum(bounced), 0)::float8 as bounced,
         coalesce(sum(complained), 0)::float8 as complained, coalesce(sum(unsubscribed), 0)::float8 as unsubscribed
       from campaigns where started_at >= $1::date and started_at < $2::date + 1 and ($3::channel is null or channel = $3)`,
      [days.from, days.to, channel],
    );
    const { rows: reasons } = await client.query<Omit<ReportReason, 'label'>>(failureReasons, [days.from, days.to, channel]);
    return {
      days,
      rows,
      afterwards: afterwards[0] as Afterwards,
      reasons: reasons.map((reason) => ({ ...reason, label: failureLabel(reason.code) })),
    };
  };
  return heavyRead(db, () => inTransaction(db.pool, read));
}

/**
 * $1 the first day, $2 the last one, $3 channel or null. Of campaigns that began and ended in the period the kept counts; of others those
 * recipients are counted that failed in it, where there may be any.
 */
const failureReasons = `
  with concerned as (
    select c.id, c.name, c.started_at >= $1::date and ($2::date >= localtimestamp::date or c.finished_at < $2::date + 1) is true as whole
    from campaigns c
    where c.failed > 0 and c.started_at < $2::date + 1 and ($3::channel is null or c.channel = $3) and (
      c.started_at >= $1::date
      or not exists (select from campaign_quarters q where q.campaign_id = c.id and q.ledger_version = c.ledger_version)
      or exists (select from campaign_quarters q where q.campaign_id = c.id and q.failed > 0 and q.quarter >= $1::date))
  ), parts as (
    select f.failure_code as code, c.id, c.name, f.recipients as count from concerned c join campaign_failures f on f.campaign_id = c.id
    where c.whole and f.recipients > 0
    union all
    select r.failure_code, c.id, c.name, count(*) from concerned c join recipients r on r.campaign_id = c.id
    where not c.whole and r.listed_as = 'failed' and r.failed_at >= $1::date and r.failed_at < $2::date + 1 group by 1, 2, 3
  ), ranked as (
    select *, row_number() over (partition by code order by count desc, id desc) as place from parts
  )
  select code, sum(count)::float8 as count,
    coalesce(json_agg(json_build_object('id', id, 'name', name, 'count', count) order by place) filter (where place <= ${CAMPAIGNS_OF_REASON}), '[]') as campaigns
  from ranked group by code order by count desc, code`;
