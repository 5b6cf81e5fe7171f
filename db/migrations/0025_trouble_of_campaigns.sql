
-- Up Migration

-- A campaign that was opened again for single recipients ends when it had ended: its window, its end and its duration are those of the campaign.
alter table campaigns
  add column reopened_from campaign_status,
  add column reopened_finished_at timestamptz,
  add column reopened_failed_at timestamptz,
  add column unsubscribed integer default 0 not null,
  add column complained integer default 0 not null,
  add constraint campaigns_unsubscribed_check check (unsubscribed >= 0),
  add constraint campaigns_complained_check check (complained >= 0);
-- Who asked by a message of this campaign not to get any more; a new subscription does not undo that.
alter table recipients add column unsubscribed_at timestamptz;
-- Those who bounced, complained or left are few: their events lead to them, so that recipients need no index that each delivery would write.
create index provider_events_of_trouble on provider_events (campaign_id, kind, recipient_id)
  where kind in ('bounced', 'blocked', 'dropped', 'undelivered', 'complained', 'unsubscribed', 'stopped');

CREATE OR REPLACE FUNCTION campaign_transition_allowed(from_status campaign_status, to_status campaign_status)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $$
  select (from_status, to_status) in (
    ('DRAFT', 'SCHEDULED'), ('DRAFT', 'SENDING'),
    ('SCHEDULED', 'DRAFT'), ('SCHEDULED', 'SENDING'), ('SCHEDULED', 'CANCELLED'),
    ('SENDING', 'PAUSED'), ('SENDING', 'SENT'), ('SENDING', 'PARTIALLY_SENT'), ('SENDING', 'FAILED'), ('SENDING', 'CANCELLED'),
    ('PAUSED', 'SENDING'), ('PAUSED', 'SENT'), ('PAUSED', 'PARTIALLY_SENT'), ('PAUSED', 'FAILED'), ('PAUSED', 'CANCELLED'),
    ('PARTIALLY_SENT', 'SENDING'), ('FAILED', 'SENDING'), ('SENT', 'SENDING'), ('CANCELLED', 'SENDING'),
    ('SENT', 'PARTIALLY_SENT'), ('SENT', 'FAILED'), ('PARTIALLY_SENT', 'FAILED'), ('PARTIALLY_SENT', 'SENT'), ('FAILED', 'SENT'), ('FAILED', 'PARTIALLY_SENT'))
$$;

CREATE OR REPLACE FUNCTION end_campaign_if_done(c campaigns)
 RETURNS void
 LANGUAGE plpgsql
AS $$
declare
  in_flight integer := c.queued + c.sending + c.retrying + c.unknown - c.held;
  result campaign_status := case when c.reopened_from = 'CANCELLED' then 'CANCELLED' else campaign_outcome(c.total, c.sent, c.suppressed) end;
  is_failed boolean := result in ('PARTIALLY_SENT', 'FAILED');
begin
  if c.status not in ('SENDING', 'PAUSED') or c.moving
    or (c.status = 'PAUSED' and c.known_until is not null and c.held > 0) -- restored: open while a person decides
    or in_flight > 0 or (c.pending > 0 and c.stop_code is null and c.rest_code is null) then
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

CREATE OR REPLACE FUNCTION campaign_raises_alerts()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
declare
  missed integer := new.total - new.sent - new.suppressed;
  exhausted boolean := new.retry_count >= new.max_retries;
  occasion text := 'campaign ' || new.id || ' round ' || new.retry_count;
  snapshot jsonb;
begin
  insert into campaign_runs (campaign_id, round, channel, status, unreached)
  values (new.id, new.retry_count, new.channel, new.status, missed)
  on conflict (campaign_id, round) do update set status = excluded.status, unreached = excluded.unreached;
  -- One person's retry is no news of the campaign.
  if new.status = 'SENT' or old.reopened_from is not null then
    return null;
  end if;
  snapshot := jsonb_build_object('campaign', to_jsonb(new) - '{html,text}'::text[], 'unreached', missed);
  insert into alerts (key, type, campaign_id, round, shown, data)
  values (occasion, case new.status when 'FAILED' then 'campaign.failed' else 'campaign.partially_sent' end,
    new.id, new.retry_count, not exhausted, snapshot)
  on conflict (key) do nothing;
  if exhausted then
    insert into alerts (key, type, campaign_id, round, data)
    values (occasion || ' exhausted', 'campaign.retries_exhausted', new.id, new.retry_count, snapshot)
    on conflict (key) do nothing;
  end if;
  return null;
end $$;

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
      when new.status = 'CANCELLED' and old.reopened_from is null then 'cancelled'
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

drop function apply_recipient_changes(bigint, integer, integer, integer, integer, integer, integer, integer, integer, integer, integer, integer, integer, integer);

CREATE OR REPLACE FUNCTION apply_recipient_changes(campaign bigint, d_total integer, d_pending integer, d_queued integer, d_sending integer, d_retrying integer, d_unknown integer, d_held integer, d_sent integer, d_failed integer, d_suppressed integer, d_cancelled integer, d_delivered integer, d_bounced integer, d_unsubscribed integer, d_complained integer)
 RETURNS bigint
 LANGUAGE plpgsql
AS $$
declare
  c campaigns;
  result campaign_status;
begin
  -- A late change of a single recipient (a carrier's refusal, a person's decision) may change how an ended campaign ended.
  if d_sent <> 0 or d_suppressed <> 0 or d_queued > 0 then
    select * into c from campaigns where id = campaign for no key update;
    -- Somebody is sent to again in a campaign that has ended: it is open for them alone, and ends again when and how it had ended.
    if d_queued > 0 and c.status in ('SENT', 'PARTIALLY_SENT', 'FAILED', 'CANCELLED') then
      if c.moving then
        raise exception 'campaign % is still being ended', campaign using errcode = 'serialization_failure';
      end if;
      update campaigns set status = 'SENDING', failed_at = null, finished_at = null, failure_code = null, failure_reason = null,
        reopened_from = status, reopened_finished_at = finished_at, reopened_failed_at = failed_at,
        rest_code = case when pending > 0 then failure_code end, rest_reason = case when pending > 0 then failure_reason end
      where id = campaign;
    elsif c.status in ('SENT', 'PARTIALLY_SENT', 'FAILED') then
      result := campaign_outcome(c.total, c.sent + d_sent, c.suppressed + d_suppressed);
    end if;
  end if;
  update campaigns set
    status = coalesce(result, status),
    failed_at = case when result is null then failed_at when result <> 'SENT' then coalesce(failed_at, now()) end,
    failure_code = case when result is null then failure_code when result <> 'SENT' then coalesce(failure_code, 'recipients_failed') end,
    failure_reason = case
      when result is null then failure_reason
      when result = 'SENT' then null
      when coalesce(failure_code, 'recipients_failed') = 'recipients_failed'
        then recipients_failed_reason(total, sent + d_sent, suppressed + d_suppressed)
      else failure_reason
    end,
    total = total + d_total, pending = pending + d_pending, queued = queued + d_queued, sending = sending + d_sending,
    retrying = retrying + d_retrying, unknown = unknown + d_unknown, held = held + d_held, sent = sent + d_sent,
    failed = failed + d_failed, suppressed = suppressed + d_suppressed, cancelled = cancelled + d_cancelled,
    delivered = delivered + d_delivered, bounced = bounced + d_bounced,
    unsubscribed = unsubscribed + d_unsubscribed, complained = complained + d_complained
  where id = campaign
  returning * into c;
  if c.id is null then
    return null; -- the campaign itself is being deleted
  end if;
  if not c.dispatch_requested and c.status = 'SENDING' and c.stop_code is null and c.rest_code is null and c.pending > 0 and c.queued < c.dispatch_below then
    update campaigns set dispatch_requested = true where id = campaign;
    perform graphile_worker.add_job('dispatch_campaign', json_build_object('campaign_id', campaign), priority => -20);
  end if;
  perform end_campaign_if_done(c);
  return c.version;
end $$;

CREATE OR REPLACE FUNCTION recipients_inserted()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
declare
  d record;
begin
  for d in
    select campaign_id, count(*)::integer as n,
      count(*) filter (where status = 'pending')::integer as pending, count(*) filter (where status = 'suppressed')::integer as suppressed
    from new_rows group by campaign_id order by campaign_id
  loop
    if d.n <> d.pending + d.suppressed then
      raise exception 'recipients start as pending or suppressed' using errcode = 'check_violation';
    end if;
    -- Waits for whoever is deleting the campaign, and keeps others from doing so until this transaction ends.
    if apply_recipient_changes(d.campaign_id, d.n, d.pending, 0, 0, 0, 0, 0, 0, 0, d.suppressed, 0, 0, 0, 0, 0) is null then
      raise exception 'there is no campaign %', d.campaign_id using errcode = 'foreign_key_violation';
    end if;
  end loop;
  return null;
end $$;

CREATE OR REPLACE FUNCTION recipients_deleted()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
declare
  d record;
begin
  for d in
    select campaign_id, -count(*)::integer as n, bool_or(attempt_id is not null) as attempted,
      -count(*) filter (where status = 'pending')::integer as pending, -count(*) filter (where status = 'suppressed')::integer as suppressed
    from old_rows group by campaign_id order by campaign_id
  loop
    if d.attempted then
      raise exception 'recipients with attempts are never deleted' using errcode = 'restrict_violation';
    end if;
    perform apply_recipient_changes(d.campaign_id, d.n, d.pending, 0, 0, 0, 0, 0, 0, 0, d.suppressed, 0, 0, 0, 0, 0);
  end loop;
  return null;
end $$;

CREATE OR REPLACE FUNCTION recipients_updated()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
declare
  d record;
  f record;
  chunk record;
  v bigint;
begin
  for d in
    select campaign_id, sum(greatest(n, 0))::integer as rows,
      coalesce(sum(n) filter (where status = 'pending'), 0)::integer as pending,
      coalesce(sum(n) filter (where status = 'queued'), 0)::integer as queued,
      coalesce(sum(n) filter (where status = 'sending'), 0)::integer as sending,
      coalesce(sum(n) filter (where status = 'retrying'), 0)::integer as retrying,
      coalesce(sum(n) filter (where status = 'unknown'), 0)::integer as unknown,
      coalesce(sum(n) filter (where status = 'unknown' and unknown_until is null), 0)::integer as held,
      coalesce(sum(n) filter (where status = 'sent'), 0)::integer as sent,
      coalesce(sum(n) filter (where status = 'failed'), 0)::integer as failed,
      coalesce(sum(n) filter (where status = 'suppressed'), 0)::integer as suppressed,
      coalesce(sum(n) filter (where status = 'cancelled'), 0)::integer as cancelled,
      coalesce(sum(n) filter (where delivery = 'delivered'), 0)::integer as delivered,
      coalesce(sum(n) filter (where delivery = 'bounced'), 0)::integer as bounced,
      coalesce(sum(n) filter (where unsubscribed_at is not null), 0)::integer as unsubscribed,
      coalesce(sum(n) filter (where delivery = 'complained'), 0)::integer as complained,
      bool_or(status = 'failed') as failures
    from (
      select campaign_id, status, unknown_until, delivery, unsubscribed_at, 1 as n from new_rows
      union all
      select campaign_id, status, unknown_until, delivery, unsubscribed_at, -1 from old_rows
    ) as both_sides
    group by campaign_id order by campaign_id
  loop
    v := apply_recipient_changes(d.campaign_id, 0, d.pending, d.queued, d.sending, d.retrying, d.unknown, d.held, d.sent, d.failed,
      d.suppressed, d.cancelled, d.delivered, d.bounced, d.unsubscribed, d.complained);

    if d.failures then
      for f in
        select failure_code, sum(n)::integer as n
        from (
          select campaign_id, failure_code, 1 as n from new_rows where status = 'failed'
          union all
          select campaign_id, failure_code, -1 from old_rows where status = 'failed'
        ) as both_sides
        where campaign_id = d.campaign_id
        group by failure_code having sum(n) <> 0 order by failure_code
      loop
        update campaign_failures set recipients = recipients + f.n where campaign_id = d.campaign_id and failure_code = f.failure_code;
        if not found then
          insert into campaign_failures values (d.campaign_id, f.failure_code, f.n);
        end if;
      end loop;
      -- One may have failed in the same moment in which another turned out to be sent, so that no counter tells of it.
      if d.failed = 0 then
        update campaigns set ledger_version = ledger_version + 1 where id = d.campaign_id;
      end if;
    end if;

    -- Compact tuples [id, status, attempts, due in ms, code, delivery]; 100 of them stay well below the 8 kB that NOTIFY allows.
    if d.rows > 1000 then
      perform pg_notify('rollcall_recipients', json_build_object('id', d.campaign_id, 'version', v, 'many', true)::text);
    else
      for chunk in
        select json_agg(json_build_array(id, status, attempts,
          (extract(epoch from coalesce(next_attempt_at, unknown_until)) * 1000)::bigint, failure_code, delivery)) as rows
        from (select *, (row_number() over (order by id) - 1) / 100 as part from new_rows where campaign_id = d.campaign_id) as numbered
        group by part
      loop
        perform pg_notify('rollcall_recipients', json_build_object('id', d.campaign_id, 'version', v, 'rows', chunk.rows)::text);
      end loop;
    end if;
  end loop;
  return null;
end $$;

alter table campaign_events drop constraint campaign_events_kind_check;
alter table campaign_events add constraint campaign_events_kind_check check (kind in ('created', 'cloned', 'imported', 'scheduled', 'unscheduled', 'started', 'paused', 'resumed', 'cancelled', 'ended', 'retried', 'reopened', 'outcome_changed', 'recipient_retried', 'recipient_resolved', 'held', 'released', 'recipients_resolved', 'restored'));

update recipients r set unsubscribed_at = e.at
from (select campaign_id, recipient_id, min(occurred_at) as at from provider_events
  where kind in ('unsubscribed', 'stopped') and campaign_id is not null group by 1, 2) e
where r.campaign_id = e.campaign_id and r.id = e.recipient_id;
update campaigns c set complained = t.n
from (select r.campaign_id, count(*)::integer as n
  from (select distinct campaign_id, recipient_id from provider_events where kind = 'complained' and campaign_id is not null) e
  join recipients r on r.campaign_id = e.campaign_id and r.id = e.recipient_id and r.delivery = 'complained' group by 1) t
where c.id = t.campaign_id;
