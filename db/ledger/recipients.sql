-- What happens with every statement that writes recipients or attempts: counters, notices and the campaign's end follow in the same transaction.

-- Read in payloads and exports too, where nothing is "below".
create or replace function recipients_failed_reason(total integer, sent integer, suppressed integer) returns text
language sql immutable parallel safe as $$
  select (total - suppressed - sent) || ' of ' || (total - suppressed)
    || ' recipients could not be confirmed as sent. A retry sends to those whose failure may pass.'
$$;

-- A campaign that has ended is opened again only where a person's transaction says so: a dispatch that a cancel overtook queues, too.
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
    -- A person sends to somebody again in a campaign that has ended: it is open for them alone, and ends again when and how it had ended. Only
    -- where the transaction says so: a dispatch that was under way while the campaign was cancelled queues, too, and opens nothing.
    if d_queued > 0 and current_setting('rollcall.reopen', true) = 'yes' and c.status in ('SENT', 'PARTIALLY_SENT', 'FAILED', 'CANCELLED') then
      if campaign_is_moving(c) then
        raise exception 'campaign % is still being ended', campaign using errcode = 'serialization_failure';
      end if;
      update campaigns set status = 'SENDING', failed_at = null, finished_at = null, failure_code = null, failure_reason = null,
        reopened_from = status, reopened_finished_at = finished_at, reopened_failed_at = failed_at,
        -- Those never tried stay pending, with the reason. Where there are none, whoever of these is given back is asked for again.
        doing = case when pending > 0 and failure_code is not null then 'singles' else 'sending' end::campaign_doing,
        stop_code = case when pending > 0 then failure_code end, stop_reason = case when pending > 0 then failure_reason end
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
  if not c.dispatch_requested and campaign_sends(c) and c.pending > 0 then
    update campaigns set dispatch_requested = true where id = campaign;
    perform request_chunks(campaign);
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

create or replace trigger recipients_inserted after insert on recipients
  referencing new table as new_rows for each statement execute function recipients_inserted();

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
      coalesce(sum(n) filter (where complained_at is not null or delivery = 'complained'), 0)::integer as complained,
      bool_or(status = 'failed') as failures
    from (
      select campaign_id, status, unknown_until, delivery, unsubscribed_at, complained_at, 1 as n from new_rows
      union all
      select campaign_id, status, unknown_until, delivery, unsubscribed_at, complained_at, -1 from old_rows
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

create or replace trigger recipients_updated after update on recipients
  referencing old table as old_rows new table as new_rows for each statement execute function recipients_updated();

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

create or replace trigger recipients_deleted after delete on recipients
  referencing old table as old_rows for each statement execute function recipients_deleted();

create or replace function count_deliveries() returns trigger language plpgsql as $$
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

create or replace trigger recipients_updated_deliveries after update on recipients
  referencing old table as old_rows new table as new_rows for each statement execute function count_deliveries();

create or replace function attempts_inserted() returns trigger language plpgsql as $$
declare
  m record;
begin
  for m in
    select campaign_id, date_trunc('minute', finished_at) as minute,
      count(*) filter (where outcome = 'accepted')::integer as accepted,
      count(*) filter (where outcome = 'permanent')::integer as failed,
      count(*) filter (where outcome in ('transient', 'unknown'))::integer as transient
    from new_rows group by 1, 2 order by 1, 2
  loop
    insert into campaign_minutes as kept (campaign_id, minute, accepted, failed, transient)
    values (m.campaign_id, m.minute, m.accepted, m.failed, m.transient)
    on conflict (campaign_id, minute) do update set
      accepted = kept.accepted + excluded.accepted, failed = kept.failed + excluded.failed, transient = kept.transient + excluded.transient;
  end loop;
  return null;
end $$;

create or replace trigger attempts_inserted after insert on attempts
  referencing new table as new_rows for each statement execute function attempts_inserted();

-- The attempt log only grows.
create or replace function attempts_are_final() returns trigger language plpgsql as $$
begin
  raise exception 'attempts are never changed or deleted' using errcode = 'restrict_violation';
end $$;

create or replace trigger attempts_are_final before update or delete or truncate on attempts
  for each statement execute function attempts_are_final();
