-- Up Migration

-- Messages by what their provider calls them, among ten million and more: small, since the log grows at its end only, and nothing that a
-- send would feel. A hundred times smaller than an index of each id, and as good where one is looked for.
create index attempts_by_message on attempts using brin (provider_message_id text_bloom_ops (n_distinct_per_range = 2500))
  with (pages_per_range = 32, autosummarize = on);

-- Deliveries by the quarter of an hour, kept in the statement that tells of them. They go on for days after a campaign has ended, so they are
-- no part of what campaign_quarters keeps of its ledger.
create table campaign_deliveries (
  campaign_id bigint not null references campaigns on delete cascade,
  quarter timestamptz not null,
  delivered integer not null,
  primary key (campaign_id, quarter)
) with (fillfactor = 50);

create function count_deliveries() returns trigger language plpgsql as $$
begin
  insert into campaign_deliveries as kept
  select campaign_id, quarter, sum(n)::integer
  from (
    select campaign_id, date_bin('15 minutes', greatest(delivered_at, sent_at), '2000-01-01 00:00:00+00') as quarter, 1 as n
    from new_rows where delivery = 'delivered' and delivered_at is not null
    union all
    select campaign_id, date_bin('15 minutes', greatest(delivered_at, sent_at), '2000-01-01 00:00:00+00'), -1
    from old_rows where delivery = 'delivered' and delivered_at is not null
  ) as both_sides
  group by 1, 2 having sum(n) <> 0 order by 1, 2
  on conflict (campaign_id, quarter) do update set delivered = kept.delivered + excluded.delivered;
  return null;
end $$;

-- Its name comes after recipients_updated, so that the campaign's row is locked first, as everywhere.
create trigger recipients_updated_deliveries after update on recipients
  referencing old table as old_rows new table as new_rows for each statement execute function count_deliveries();

-- Last: the trigger's lock keeps changes of recipients waiting until all is committed, so that each delivery is counted here or there.
insert into campaign_deliveries
select campaign_id, date_bin('15 minutes', greatest(delivered_at, sent_at), '2000-01-01 00:00:00+00'), count(*)::integer
from recipients where delivery = 'delivered' and delivered_at is not null group by 1, 2;

create or replace view reporting.daily_sends with (security_barrier=true) as
 SELECT quarter::date AS day,
    channel::text AS channel,
    sum(sent) AS sent,
    sum(failed) AS failed,
    sum(attempts) AS attempts,
    sum(retried) AS retried,
    sum(recovered) AS recovered,
    sum(bounced) AS bounced,
    sum(complained) AS complained,
    sum(unsubscribed) AS unsubscribed,
    sum(delivered) AS delivered
   FROM ( SELECT c.channel,
            q.quarter,
            q.sent,
            q.failed,
            q.attempts,
            q.retried,
            q.recovered,
            0 AS bounced,
            0 AS complained,
            0 AS unsubscribed,
            0 AS delivered
           FROM campaigns c
             JOIN campaign_quarters q ON q.campaign_id = c.id AND q.ledger_version = c.ledger_version
        UNION ALL
         SELECT c.channel,
            q.quarter,
            q.sent,
            q.failed,
            q.attempts,
            q.retried,
            q.recovered,
            0, 0, 0, 0
           FROM campaigns c
             JOIN campaign_quarters_now q ON q.campaign_id = c.id
          WHERE NOT (EXISTS ( SELECT
                   FROM campaign_quarters k
                  WHERE k.campaign_id = c.id AND k.ledger_version = c.ledger_version))
        UNION ALL
         SELECT c.channel, d.quarter, 0, 0, 0, 0, 0, 0, 0, 0, d.delivered
           FROM campaigns c
             JOIN campaign_deliveries d ON d.campaign_id = c.id
          WHERE d.delivered <> 0
        UNION ALL
         SELECT c.channel, e.at, 0, 0, 0, 0, 0, (e.what = 'bounced')::integer, (e.what = 'complained')::integer, (e.what = 'unsubscribed')::integer, 0
           FROM ( SELECT p.campaign_id, p.recipient_id,
                    case when p.kind in ('bounced', 'blocked') then 'bounced' when p.kind in ('unsubscribed', 'stopped') then 'unsubscribed' else 'complained' end as what,
                    min(p.occurred_at) as at
                   FROM provider_events p
                  WHERE p.kind in ('bounced', 'blocked', 'dropped', 'undelivered', 'complained', 'unsubscribed', 'stopped')
                    and p.kind in ('bounced', 'blocked', 'complained', 'unsubscribed', 'stopped') and p.recipient_id is not null
                  GROUP BY 1, 2, 3) e
             JOIN campaigns c ON c.id = e.campaign_id) parts
  GROUP BY (quarter::date), (channel::text);

comment on column reporting.daily_sends.delivered is 'Recipients that are delivered now, by the day on which the message was delivered.';
comment on view reporting.daily_sends is 'One row for each day and channel on which something happened. Days begin at midnight in the session''s time zone: SET TIME ZONE ''Europe/Berlin'' gives days of Berlin. sent, failed, recovered and delivered count recipients as they stand now, so their sums are those of reporting.campaigns; attempts and retried count calls.';

-- What was saved by a retry, counted without a join: where PostgreSQL has no statistics yet (a first campaign, minutes old) it took a nested loop over
-- all recipients and all attempts, and 20,000 of each took two minutes.
create or replace view campaign_quarters_now as
 SELECT c.id AS campaign_id,
    counted.quarter,
    c.ledger_version,
    counted.sent,
    counted.failed,
    counted.attempts,
    counted.retried,
    counted.recovered
   FROM campaigns c
     CROSS JOIN LATERAL ( WITH tries AS MATERIALIZED (
                 SELECT attempts.recipient_id,
                    attempts.finished_at,
                    attempts.outcome,
                    row_number() OVER (PARTITION BY attempts.recipient_id ORDER BY attempts.id) > 1 AS is_retry
                   FROM attempts
                  WHERE attempts.campaign_id = c.id
                ), arrived AS MATERIALIZED (
                 SELECT recipients.id,
                    recipients.sent_at
                   FROM recipients
                  WHERE recipients.campaign_id = c.id AND recipients.listed_as = 'sent'::recipient_status
                ), parts AS (
                 SELECT arrived.sent_at AS at,
                    1 AS sent,
                    0 AS failed,
                    0 AS attempts,
                    0 AS retried,
                    0 AS recovered
                   FROM arrived
                UNION ALL
                 SELECT recipients.failed_at,
                    0,
                    1,
                    0,
                    0,
                    0
                   FROM recipients
                  WHERE recipients.campaign_id = c.id AND recipients.listed_as = 'failed'::recipient_status
                UNION ALL
                 SELECT tries.finished_at,
                    0,
                    0,
                    1,
                    tries.is_retry::integer AS is_retry,
                    0
                   FROM tries
                UNION ALL
                 SELECT max(both_sides.sent_at),
                    0,
                    0,
                    0,
                    0,
                    1
                   FROM ( SELECT arrived.id, arrived.sent_at, false AS saved FROM arrived
                          UNION ALL
                          SELECT tries.recipient_id, NULL, true FROM tries WHERE tries.is_retry AND tries.outcome = 'accepted'::attempt_outcome) both_sides
                  GROUP BY both_sides.id
                 HAVING bool_or(both_sides.saved) AND max(both_sides.sent_at) IS NOT NULL
                )
         SELECT date_bin('00:15:00'::interval, parts.at, '2000-01-01 00:00:00+00'::timestamp with time zone) AS quarter,
            sum(parts.sent)::integer AS sent,
            sum(parts.failed)::integer AS failed,
            sum(parts.attempts)::integer AS attempts,
            sum(parts.retried)::integer AS retried,
            sum(parts.recovered)::integer AS recovered
           FROM parts
          GROUP BY (date_bin('00:15:00'::interval, parts.at, '2000-01-01 00:00:00+00'::timestamp with time zone))
         OFFSET 0) counted
  WHERE c.started_at IS NOT NULL;

create or replace view recovered_recipients as
 SELECT both_sides.campaign_id,
    both_sides.recipient_id,
    max(both_sides.sent_at) AS sent_at
   FROM ( SELECT recipients.campaign_id, recipients.id AS recipient_id, recipients.sent_at, false AS saved
            FROM recipients WHERE recipients.listed_as = 'sent'::recipient_status
          UNION ALL
          SELECT attempt_order.campaign_id, attempt_order.recipient_id, NULL, true
            FROM attempt_order WHERE attempt_order.is_retry AND attempt_order.outcome = 'accepted'::attempt_outcome) both_sides
  GROUP BY both_sides.campaign_id, both_sides.recipient_id
 HAVING bool_or(both_sides.saved) AND max(both_sides.sent_at) IS NOT NULL;
