-- The life of a campaign: what its status may become, what it says of itself while it waits, and when it ends.

-- How a campaign ended: every recipient that was not suppressed sent, some, or none.
create or replace function campaign_outcome(total integer, sent integer, suppressed integer) returns campaign_status
language sql immutable parallel safe as $$
  select case when sent + suppressed = total then 'SENT' when sent > 0 then 'PARTIALLY_SENT' else 'FAILED' end::campaign_status
$$;

-- May those that nobody was ever offered be sent to now? In a shape that PostgreSQL puts in the place of the call.
create or replace function campaign_sends(c campaigns) returns boolean language sql immutable parallel safe as $$
  select c.status = 'SENDING' and c.doing in ('sending', 'gathering')
$$;

-- May those that are on the way already (queued, to be retried, opened again by a person) be sent to now?
create or replace function campaign_claims(c campaigns) returns boolean language sql immutable parallel safe as $$
  select c.status = 'SENDING' and c.doing <> 'stopping'
$$;

-- What becomes of those who may not be sent to now. Where a campaign is open for people that somebody chose, and the others stay pending for good, these
-- stay apart from them: they are offered again when it goes on.
create or replace function given_back(status campaign_status, doing campaign_doing) returns recipient_status language sql immutable parallel safe as $$
  select case when status = 'CANCELLED' then 'cancelled' when doing = 'singles' then 'queued' else 'pending' end::recipient_status
$$;

-- Is there work for the task `move_recipients`: somebody to be taken back, cancelled, gathered or doubted?
create or replace function campaign_is_moving(c campaigns) returns boolean language sql immutable parallel safe as $$
  select c.doing = 'gathering' or c.doubtful or case
    when c.status = 'CANCELLED' then c.pending + c.queued + c.retrying > 0
    when c.doing = 'stopping' then c.queued + c.retrying > 0
    else c.status = 'PAUSED' and c.doing <> 'singles' and c.queued > 0
  end
$$;

create or replace function campaign_before_update() returns trigger language plpgsql as $$
begin
  new.version := old.version + 1;
  if (new.pending, new.queued, new.sending, new.retrying, new.unknown, new.sent, new.failed, new.suppressed, new.cancelled)
    is distinct from (old.pending, old.queued, old.sending, old.retrying, old.unknown, old.sent, old.failed, old.suppressed, old.cancelled) then
    new.ledger_version := old.ledger_version + 1;
  end if;
  return new;
end $$;

create or replace trigger campaign_before_update before update on campaigns for each row execute function campaign_before_update();

CREATE OR REPLACE FUNCTION campaign_after_update()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
begin
  perform pg_notify('rollcall_campaign', json_build_object(
    'id', new.id, 'version', new.version, 'revision', new.revision, 'status', new.status, 'total', new.total, 'pending', new.pending,
    'queued', new.queued, 'sending', new.sending, 'retrying', new.retrying, 'unknown', new.unknown, 'sent', new.sent, 'failed', new.failed,
    'suppressed', new.suppressed, 'cancelled', new.cancelled, 'delivered', new.delivered, 'bounced', new.bounced,
    'unsubscribed', new.unsubscribed, 'complained', new.complained,
    'hold_until', new.hold_until, 'hold_reason', new.hold_reason)::text);
  return null;
end $$;

create or replace trigger campaign_after_update after update on campaigns for each row execute function campaign_after_update();

-- Why a channel's campaigns wait, and until when; a person's stop has no end that anybody knows.
create or replace function provider_wait(of_channel channel, out until timestamptz, out reason text) language sql stable as $$
  select case when rate is distinct from 0 then hold_until end,
    case when rate is distinct from 0 then hold_reason when channel = 'email' then 'Email is stopped in the settings.' else 'SMS is stopped in the settings.' end
  from provider_gates where channel = of_channel
$$;

-- Who starts or goes on while the channel waits says so, too.
create or replace function campaign_waits() returns trigger language plpgsql as $$
begin
  new.hold_until := null;
  new.hold_reason := null;
  if new.status = 'SENDING' then
    select until, reason into new.hold_until, new.hold_reason from provider_wait(new.channel);
  end if;
  return new;
end $$;

create or replace trigger campaign_waits before update on campaigns for each row when (old.status is distinct from new.status) execute function campaign_waits();

create or replace function tell_campaigns(of_channel channel) returns void language sql as $$
  update campaigns c set
    hold_until = case when c.status = 'SENDING' then w.until end,
    hold_reason = case when c.status = 'SENDING' then w.reason end
  from provider_wait(of_channel) w
  where c.id in (
    select s.id from campaigns s
    where s.channel = of_channel and (s.status = 'SENDING' or s.hold_reason is not null)
      and (s.hold_until, s.hold_reason) is distinct from (case when s.status = 'SENDING' then w.until end, case when s.status = 'SENDING' then w.reason end)
    order by s.id for no key update)
$$;

CREATE OR REPLACE FUNCTION campaign_status_event()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
begin
  insert into campaign_events (campaign_id, kind, actor, details)
  values (new.id,
    case
      when new.status = 'SCHEDULED' then 'scheduled'
      when new.status = 'DRAFT' then 'unscheduled'
      when new.status = 'PAUSED' then 'paused'
      -- Opened again after a cancel, it ends as cancelled by itself, when it had ended.
      when new.status = 'CANCELLED' and (old.reopened_from is distinct from 'CANCELLED' or new.finished_at is distinct from old.reopened_finished_at)
        then 'cancelled'
      when new.status = 'SENDING' and old.status = 'PAUSED' then 'resumed'
      when new.status = 'SENDING' and new.retry_count > old.retry_count then 'retried'
      when new.status = 'SENDING' and old.status in ('PARTIALLY_SENT', 'FAILED', 'SENT', 'CANCELLED') then 'reopened'
      when new.status = 'SENDING' then 'started'
      when old.status in ('SENT', 'PARTIALLY_SENT', 'FAILED') then 'outcome_changed'
      else 'ended'
    end,
    nullif(current_setting('rollcall.actor', true), ''),
    jsonb_strip_nulls(jsonb_build_object('from', old.status, 'to', new.status, 'sent', new.sent, 'failed', new.failed, 'total', new.total,
      'code', new.failure_code, 'reason', new.failure_reason, 'scheduled_at', case when new.status = 'SCHEDULED' then new.scheduled_at end,
      'round', case when new.retry_count > old.retry_count then new.retry_count end)));
  return null;
end $$;

create or replace trigger campaign_status_event after update on campaigns for each row
  when (old.status is distinct from new.status and coalesce(current_setting('rollcall.restoring', true), '') = '')
  execute function campaign_status_event();

create or replace function campaign_hold_event() returns trigger language plpgsql as $$
begin
  if new.hold_reason is not null then
    insert into campaign_events (campaign_id, kind, details) values (new.id, 'held', jsonb_build_object('reason', new.hold_reason));
  elsif campaign_claims(new) then
    insert into campaign_events (campaign_id, kind) values (new.id, 'released');
  end if;
  return null;
end $$;

create or replace trigger campaign_hold_event after update on campaigns for each row
  when ((old.hold_reason is null) <> (new.hold_reason is null)) execute function campaign_hold_event();

create or replace function end_campaign_if_done(c campaigns) returns void language plpgsql as $$
declare
  in_flight integer := c.queued + c.sending + c.retrying + c.unknown - c.held;
  result campaign_status := case when c.reopened_from = 'CANCELLED' then 'CANCELLED' else campaign_outcome(c.total, c.sent, c.suppressed) end;
  is_failed boolean := result in ('PARTIALLY_SENT', 'FAILED');
begin
  if c.status not in ('SENDING', 'PAUSED') or c.doing = 'gathering' or c.doubtful
    or (c.status = 'PAUSED' and c.known_until is not null and c.held > 0) -- restored: open while a person decides
    or in_flight > 0 or (c.pending > 0 and c.stop_code is null) then
    return;
  end if;
  update campaigns set
    status = result,
    doing = 'nothing',
    finished_at = coalesce(c.reopened_finished_at, now()),
    failed_at = case when is_failed then coalesce(c.reopened_failed_at, c.reopened_finished_at, now()) end,
    failure_code = case when is_failed then coalesce(c.stop_code, 'recipients_failed') end,
    failure_reason = case when is_failed then coalesce(c.stop_reason, recipients_failed_reason(c.total, c.sent, c.suppressed)) end,
    reopened_from = null,
    reopened_finished_at = null,
    reopened_failed_at = null,
    stop_code = null,
    stop_reason = null,
    dispatch_requested = false
  where id = c.id;
  -- Opened again for single people after a cancel, and stopped before them: nobody waits in a cancelled campaign.
  if result = 'CANCELLED' and c.pending > 0 then
    perform graphile_worker.add_job('move_recipients', json_build_object('campaign_id', c.id), priority => -20);
  end if;
end $$;

-- Ends a bulk move of recipients: from here on the campaign may end. A round that began meanwhile is not the one that was gathered.
create or replace function finish_move(campaign bigint, round integer) returns void language plpgsql as $$
declare
  c campaigns;
begin
  update campaigns set retry_codes = null, doing = case status when 'SENDING' then 'sending' else 'nothing' end::campaign_doing
  where id = campaign and doing = 'gathering' and retry_count = round;
  select * into c from campaigns where id = campaign for no key update;
  if found then
    perform end_campaign_if_done(c);
  end if;
end $$;
