import type { PoolClient } from 'pg';
import type { Database } from '#db/database.ts';
import { inTransaction } from '#db/transaction.ts';
import { ask } from '../access/ask.server.ts';
import { failureLabel } from '../failures.ts';
import { heavyRead } from '../heavy-reads.server.ts';
import {
  type Afterwards,
  type Days,
  periods,
  type ReportCampaign,
  type ReportRow,
  type ReportTotals,
  type ReportView,
  reportNumbers,
  reportUnit,
} from './period.ts';

interface ReportReason {
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
  /** Of as many days right before; null where nothing happened in them. */
  before: ReportTotals | null;
  /** Of campaigns that began in the period. */
  afterwards: Afterwards;
  /** The largest of them, largest first. */
  campaigns: ReportCampaign[];
  /** Of recipients that failed in the period and are failed now; the largest first. */
  reasons: ReportReason[];
}

/** Campaigns that are named below a reason. */
const CAMPAIGNS_OF_REASON = 5;
/** Campaigns of the period that are listed. */
const LISTED = 20;

/**
 * What was sent, failed and saved in a period, over all campaigns. The sums are those of the reporting views, with days of the reader's
 * time zone. Ended campaigns cost a few rows each; one under way is counted, 4 s for 1,000,000 recipients.
 */
export async function report(db: Database, view: ReportView, timeZone: string): Promise<Report> {
  ask('campaigns:read');
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
    const sums = reportNumbers.map((name) => `coalesce(sum(${name}), 0)::float8 as ${name}`).join(', ');
    // One look at the views for both: a campaign under way is counted once.
    const { rows: read } = await client.query<ReportRow & { before: ReportTotals }>(
      `with daily as materialized (
         select * from reporting.daily_sends
         where day between $2::date - ($3::date - $2::date + 1) and $3::date and ($4::text is null or channel = $4)
       ), before as (select ${sums} from daily where day < $2::date)
       select g.start::date::text as start, ${reportNumbers.map((name) => `coalesce(s.${name}, 0)::float8 as ${name}`).join(', ')},
         (select to_json(before) from before) as before
       from generate_series(date_trunc($1, $2::date::timestamp), $3::date::timestamp, ('1 ' || $1)::interval) as g (start)
       left join (select date_trunc($1, day::timestamp) as start, ${sums} from daily where day >= $2::date group by 1) s using (start)
       order by g.start`,
      [unit, days.from, days.to, channel],
    );
    const before = read[0]?.before ?? null;
    const rows = read.map(({ before: _, ...row }) => row);
    const { rows: afterwards } = await client.query<Afterwards>(
      `select coalesce(sum(sent), 0)::float8 as sent, coalesce(sum(delivered), 0)::float8 as delivered, coalesce(sum(bounced), 0)::float8 as bounced,
         coalesce(sum(complained), 0)::float8 as complained, coalesce(sum(unsubscribed), 0)::float8 as unsubscribed
       from campaigns where started_at >= $1::date and started_at < $2::date + 1 and ($3::channel is null or channel = $3)`,
      [days.from, days.to, channel],
    );
    const { rows: campaigns } = await client.query<ReportCampaign>(
      `select id, name, channel, sent, failed, delivered, bounced, complained, unsubscribed
       from campaigns where started_at >= $1::date and started_at < $2::date + 1 and ($3::channel is null or channel = $3)
       order by sent + failed desc, id desc limit ${LISTED}`,
      [days.from, days.to, channel],
    );
    const { rows: reasons } = await client.query<Omit<ReportReason, 'label'>>(failureReasons, [days.from, days.to, channel]);
    return {
      days,
      rows,
      before: before && Object.values(before).some((value) => value > 0) ? before : null,
      campaigns,
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
