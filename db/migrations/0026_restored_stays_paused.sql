-- Up Migration

-- As 0025 has it, and as 0024 had it: a campaign of a restored database stays paused while it has outcomes to decide.
create or replace function end_campaign_if_done(c campaigns)
returns void language plpgsql as $$
declare
  in_flight integer := c.queued + c.sending + c.retrying + c.unknown - c.held;
  result campaign_status := case when c.reopened_from = 'CANCELLED' then 'CANCELLED' else campaign_outcome(c.total, c.sent, c.suppressed) end;
  is_failed boolean := result in ('PARTIALLY_SENT', 'FAILED');
begin
  if c.status not in ('SENDING', 'PAUSED') or c.moving or (c.status = 'PAUSED' and c.known_until is not null and c.held > 0) or in_flight > 0 or (c.pending > 0 and c.stop_code is null and c.rest_code is null) then
    return;
  end if;
  update campaigns set
    status = result,
    finished_at = coalesce(c.reopened_finished_at, now()),
    failed_at = case when is_failed then coalesce(c.reopened_failed_at, c.reopened_finished_at, now()) end,
    failure_code = case when is_failed then coalesce(c.stop_code, c.rest_code, 'recipients_failed') end,
    failure_reason = case when is_failed then coalesce(c.stop_reason, c.rest_reason,
      recipients_failed_reason(c.total, c.sent, c.suppressed)) end,
    reopened_from = null,
    reopened_finished_at = null,
    reopened_failed_at = null,
    stop_code = null,
    stop_reason = null,
    rest_code = null,
    rest_reason = null,
    dispatch_below = 0,
    dispatch_requested = false
  where id = c.id;
end $$;
