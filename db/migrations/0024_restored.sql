-- Up Migration

-- Which copy of the ledger this is. The row names the transaction that wrote it and the table it lies in; a dump carries both values as
-- they were, while restoring gives the row another transaction and the table another number: a restored copy shows itself.
create table ledger_home (
  one boolean primary key default true check (one),
  -- Stays the same in every copy: what workers remember outside the database is kept under it.
  ledger_id uuid not null default gen_random_uuid(),
  row_xid text not null,
  table_oid oid not null,
  -- Of the server; null where it does not tell.
  timeline text,
  -- Set when a copy was noticed or told, until the next one. Nothing is sent until somebody has said so.
  restored_at timestamptz,
  restored_how text,
  -- The newest that this copy knows of.
  known_until timestamptz,
  confirmed_at timestamptz,
  confirmed_by text,
  constraint restored_is_whole check ((restored_at is null) = (restored_how is null) and (restored_at is null) = (known_until is null)),
  constraint confirmed_is_whole check ((confirmed_at is null) = (confirmed_by is null))
);

-- A recovery to a point in time, and a standby that took over, begin a new one.
create function ledger_timeline() returns text language plpgsql stable as $$
begin
  return substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8);
exception when others then
  return null;
end $$;

insert into ledger_home (row_xid, table_oid, timeline)
values (pg_current_xact_id()::xid::text, 'ledger_home'::regclass, ledger_timeline());

-- home: all is well. restored: noted, and nobody has said yet that sending may go on. copied, older, recovered: noticed now.
-- known_attempt: the newest attempt that the caller knows this ledger to have begun; 0: none.
create function ledger_state(known_attempt bigint) returns text language sql stable as $$
  select case
    when h.xmin::text <> h.row_xid or h.tableoid <> h.table_oid then 'copied'
    when known_attempt > (select last_value from attempt_ids) then 'older'
    when known_attempt = 0 and h.timeline is distinct from coalesce(ledger_timeline(), h.timeline) then 'recovered'
    when h.restored_at is not null and h.confirmed_at is null then 'restored'
    else 'home'
  end
  from ledger_home h
$$;

-- Asked by each claim: in a copy that nobody has decided about, nothing is sent.
create function ledger_may_send(known_attempt bigint) returns boolean language sql stable as $$
  select h.xmin::text = h.row_xid and h.tableoid = h.table_oid and (h.restored_at is null or h.confirmed_at is not null)
    and known_attempt <= (select last_value from attempt_ids)
  from ledger_home h
$$;

alter table campaigns
  -- What this campaign did after this time is not known here: the database was restored from a backup.
  add column known_until timestamptz,
  -- Its open recipients are still to be marked as unknown.
  add column doubtful boolean not null default false;

do $$
declare
  c record;
begin
  for c in
    select conname, conrelid::regclass as of, pg_get_constraintdef(oid) as is,
      case conname when 'alerts_type_check' then 'database.restored' else 'restored' end as word
    from pg_constraint where conname in ('alerts_type_check', 'campaign_events_kind_check')
  loop
    execute format('alter table %s drop constraint %I', c.of, c.conname);
    execute format('alter table %s add constraint %I %s not valid', c.of, c.conname, replace(c.is, '])', format(', %L::text])', c.word)));
    execute format('alter table %s validate constraint %I', c.of, c.conname);
  end loop;
end $$;

drop trigger campaign_status_event on campaigns;
create trigger campaign_status_event after update on campaigns for each row
  when (old.status is distinct from new.status and coalesce(current_setting('rollcall.restoring', true), '') = '')
  execute function campaign_status_event();

-- Notes that this is a copy, once for each: pauses what was sending, or was to begin by itself since; moves numbers on, so that events and
-- links of messages that this copy does not know lead to nobody else.
-- Returns whether it was noted now. known_attempt null: a person says so.
create function note_restored(how text, known_attempt bigint) returns boolean language plpgsql as $$
declare
  home ledger_home;
  until timestamptz;
  c record;
begin
  select * into home from ledger_home for update;
  if known_attempt is not null and ledger_state(known_attempt) not in ('copied', 'older', 'recovered') then
    return false;
  end if;
  select greatest(
    (select max(finished_at) from (select finished_at from attempts order by id desc limit 1000) newest),
    (select max(at) from (select at from campaign_events order by id desc limit 100) newest),
    (select max(greatest(started_at, ended_at)) from workers),
    (select max(created_at) from campaigns),
    (select max(created_at) from app_users),
    '2000-01-01'::timestamptz) into until;
  update ledger_home set
    row_xid = pg_current_xact_id()::xid::text, table_oid = 'ledger_home'::regclass, timeline = ledger_timeline(),
    restored_at = now(), restored_how = how, known_until = until, confirmed_at = null, confirmed_by = null;

  perform setval('attempt_ids', greatest((select last_value from attempt_ids), coalesce(known_attempt, 0)) + 1000000000);
  perform setval(pg_get_serial_sequence('recipients', 'id'), (select last_value from recipients_id_seq) + 100000000);
  perform setval(pg_get_serial_sequence('campaigns', 'id'), (select last_value from campaigns_id_seq) + 1000);

  perform set_config('rollcall.restoring', '1', true);
  for c in
    select id, status from campaigns
    where status in ('SENDING', 'PAUSED') or (status = 'SCHEDULED' and scheduled_at <= now()) order by id for no key update
  loop
    if c.status = 'PAUSED' then
      -- Somebody may have resumed it. Nothing is sent until somebody does, and is told so.
      update campaigns set known_until = until, unknown_policy = 'hold' where id = c.id;
      continue;
    end if;
    if c.status = 'SCHEDULED' then
      update campaigns set status = 'SENDING', started_at = scheduled_at, started_by = 'schedule' where id = c.id;
    end if;
    update campaigns set
      status = 'PAUSED', moving = true, doubtful = true, dispatch_requested = false, known_until = until, unknown_policy = 'hold'
    where id = c.id;
    insert into campaign_events (campaign_id, kind, details)
    values (c.id, 'restored', jsonb_build_object('from', c.status, 'known_until', until));
    perform graphile_worker.add_job('move_recipients', json_build_object('campaign_id', c.id), priority => -20);
  end loop;
  perform set_config('rollcall.restoring', '', true);

  insert into alerts (key, type, data)
  values ('restored ' || pg_current_xact_id()::text, 'database.restored', jsonb_build_object('restored', jsonb_build_object('known_until', until)))
  on conflict (key) do nothing;
  return true;
end $$;

-- A person says that sending may go on: what is paused stays paused, what was begun or has come due meanwhile begins.
create function confirm_restored(who text) returns boolean language plpgsql as $$
begin
  update ledger_home set
    row_xid = pg_current_xact_id()::xid::text, table_oid = 'ledger_home'::regclass, timeline = ledger_timeline(),
    confirmed_at = now(), confirmed_by = who
  where restored_at is not null and confirmed_at is null and xmin::text = row_xid and tableoid = table_oid;
  if not found then
    return false;
  end if;
  perform graphile_worker.add_job('dispatch_campaign', json_build_object('campaign_id', id), priority => -20)
  from campaigns where status = 'SENDING';
  return true;
end $$;

-- A server that took over, or was recovered, with all that this caller knows of.
create function adopt_timeline() returns void language sql as $$
  update ledger_home set timeline = ledger_timeline(), row_xid = pg_current_xact_id()::xid::text
  where xmin::text = row_xid and tableoid = table_oid and timeline is distinct from ledger_timeline()
$$;

-- As before, and nothing is queued in a copy that nobody has decided about.
create or replace function dispatch_recipients(campaign bigint, smallest_window integer, job_window integer, email_rate double precision, sms_rate double precision, OUT queued integer, OUT more boolean) returns record language plpgsql as $$
declare
  share record;
  wanted integer;
  last bigint;
begin
  select 'send_' || c.channel as task, c.queued, c.dispatch_after,
    ceil(greatest(least(smallest_window, two_seconds.messages),
      least(job_window, two_seconds.messages) / (select count(*) from campaigns where status = 'SENDING')))::integer as size
  into share
  from campaigns c join provider_gates g on g.channel = c.channel,
    lateral (select greatest(10, 2 * coalesce(g.rate, case c.channel when 'email' then email_rate else sms_rate end, 'infinity')) as messages) as two_seconds
  where c.id = campaign and g.hold_until is null and ledger_may_send(0) and c.status = 'SENDING' and c.stop_code is null and c.rest_code is null;
  if not found then
    queued := 0;
    more := false;
    return;
  end if;
  wanted := greatest(share.size - share.queued, 0);

  -- A crash that forgets this forgets the jobs, too: they are dispatched again.
  perform set_config('synchronous_commit', 'off', true);
  with picked as (
    select r.id, r.ctid from recipients r
    where r.campaign_id = campaign and r.listed_as = 'pending' and r.status = 'pending' and r.id > share.dispatch_after
      and (select c.status = 'SENDING' and c.stop_code is null and c.rest_code is null from campaigns c where c.id = campaign)
    order by r.id limit wanted for update of r skip locked
  ),
  moved as (
    update recipients r set status = 'queued', dispatch_seq = r.dispatch_seq + 1, changed_at = now()
    from picked where r.ctid = picked.ctid
    returning r.id, r.dispatch_seq
  ),
  jobs as (
    select graphile_worker.add_jobs((
      select array_agg((
        share.task, json_build_object('campaign_id', campaign, 'recipient_id', id, 'dispatch_seq', dispatch_seq),
        null, null, 4, null, 0, null)::graphile_worker.job_spec order by id)
      from moved))
    where exists (select from moved)
  )
  select count(*)::integer, (select max(id) from picked) into queued, last from jobs;

  -- Asked under the row's lock, after every statement that was before it: somebody who became pending after that one's snapshot is seen
  -- here, and somebody who becomes pending later finds the flag down and asks again. At the end of the list it begins again with those who
  -- became pending behind it.
  update campaigns c set
    dispatch_below = ceil(share.size / 2.0)::integer,
    dispatch_after = case when dispatch_recipients.queued < wanted then 0 else coalesce(last, share.dispatch_after) end,
    dispatch_requested = c.status = 'SENDING' and c.stop_code is null and c.rest_code is null and c.pending > 0
      and c.queued < ceil(share.size / 2.0)
  where c.id = campaign returning c.dispatch_requested into more;
end $$;

-- As before, and a campaign of a restored database stays paused while it has outcomes to decide.
create or replace function end_campaign_if_done(c campaigns)
returns void language plpgsql as $$
declare
  in_flight integer := c.queued + c.sending + c.retrying + c.unknown - c.held;
  result campaign_status := campaign_outcome(c.total, c.sent, c.suppressed);
begin
  if c.status not in ('SENDING', 'PAUSED') or c.moving or (c.status = 'PAUSED' and c.known_until is not null and c.held > 0) or in_flight > 0 or (c.pending > 0 and c.stop_code is null and c.rest_code is null) then
    return;
  end if;
  update campaigns set
    status = result,
    finished_at = now(),
    failed_at = case when result <> 'SENT' then now() end,
    failure_code = case when result <> 'SENT' then coalesce(c.stop_code, c.rest_code, 'recipients_failed') end,
    failure_reason = case when result <> 'SENT' then coalesce(c.stop_reason, c.rest_reason,
      recipients_failed_reason(c.total, c.sent, c.suppressed)) end,
    stop_code = null,
    stop_reason = null,
    rest_code = null,
    rest_reason = null,
    dispatch_below = 0,
    dispatch_requested = false
  where id = c.id;
end $$;
