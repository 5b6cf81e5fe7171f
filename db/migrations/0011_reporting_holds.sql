-- Up Migration

-- As in 0006, with the holds that campaigns have had since 0009.
create or replace view reporting.campaigns as
select c.id, c.name, c.channel::text, c.status::text, c.total, c.pending, c.queued, c.sending, c.retrying, c.unknown, c.sent, c.failed,
  c.suppressed, c.cancelled, c.delivered, c.bounced, c.scheduled_at, c.time_zone, c.started_at, c.finished_at, c.failed_at,
  c.failure_code, c.failure_reason, c.retry_count, c.max_retries, greatest(0, c.max_retries - c.retry_count)::smallint as retries_left,
  c.failed_at + coalesce((select value from settings_in_force where name = 'retry_window_s'), 86400) * interval '1 second' as retry_until,
  c.hold_until, c.hold_reason, c.preparing, c.version, c.created_at, c.created_by,
  (select count(*) from recovered_recipients r where r.campaign_id = c.id) as recovered_by_retry
from campaigns c;
