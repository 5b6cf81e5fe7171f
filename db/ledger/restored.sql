-- Whether this database is the one that its workers know, and what follows where it is an earlier copy.

-- A recovery to a point in time, and a standby that took over, begin a new one.
create or replace function ledger_timeline() returns text language plpgsql stable as $$
begin
  return substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8);
exception when others then
  return null;
end $$;

-- Asked by each claim: in a copy that nobody has decided about, nothing is sent.
create or replace function ledger_may_send(known_attempt bigint) returns boolean language sql stable as $$
  select h.xmin::text = h.row_xid and h.tableoid = h.table_oid and (h.restored_at is null or h.confirmed_at is not null)
    and known_attempt <= (select last_value from attempt_ids)
  from ledger_home h
$$;

-- home: all is well. restored: noted, and nobody has said yet that sending may go on. copied, older, recovered: noticed now.
-- known_attempt: the newest attempt that the caller knows this ledger to have begun; 0: none.
create or replace function ledger_state(known_attempt bigint) returns text language sql stable as $$
  select case
    when h.xmin::text <> h.row_xid or h.tableoid <> h.table_oid then 'copied'
    when known_attempt > (select last_value from attempt_ids) then 'older'
    when known_attempt = 0 and h.timeline is distinct from coalesce(ledger_timeline(), h.timeline) then 'recovered'
    when h.restored_at is not null and h.confirmed_at is null then 'restored'
    else 'home'
  end
  from ledger_home h
$$;

-- A server that took over, or was recovered, with all that this caller knows of.
create or replace function adopt_timeline() returns void language sql as $$
  update ledger_home set timeline = ledger_timeline(), row_xid = pg_current_xact_id()::xid::text
  where xmin::text = row_xid and tableoid = table_oid and timeline is distinct from ledger_timeline()
$$;

-- Notes that this is a copy, once for each: pauses what was sending, or was to begin by itself since; moves numbers on, so that events and
-- links of messages that this copy does not know lead to nobody else.
-- Returns whether it was noted now. known_attempt null: a person says so.
create or replace function note_restored(how text, known_attempt bigint) returns boolean language plpgsql as $$
declare
  home ledger_home;
  until timestamptz;
  c campaigns;
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
    select * from campaigns
    where status in ('SENDING', 'PAUSED') or (status = 'SCHEDULED' and scheduled_at <= now()) order by id for no key update
  loop
    if c.status = 'PAUSED' then
      -- Somebody may have resumed it. Nothing is sent until somebody does, and is told so.
      update campaigns set known_until = until, unknown_policy = 'hold' where id = c.id;
      continue;
    end if;
    if c.status = 'SCHEDULED' and approval_needed(c.total, c.sent_by_id) and not approval_holds(c, now() - interval '1 hour') then
      -- It could not have gone out, so nobody has it: as a worker does at its time.
      update campaigns set status = 'DRAFT', planned_at = scheduled_at, planned_time_zone = time_zone, scheduled_at = null, time_zone = null,
        approval = withdrawn_missed(c)
      where id = c.id;
      continue;
    end if;
    if c.status = 'SCHEDULED' then
      update campaigns set status = 'SENDING', doing = 'sending', started_at = scheduled_at, started_by = 'schedule' where id = c.id;
    end if;
    update campaigns set
      status = 'PAUSED', doing = case doing when 'sending' then 'nothing' else doing end, doubtful = true, dispatch_requested = false,
      known_until = until, unknown_policy = 'hold'
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
create or replace function confirm_restored(who text) returns boolean language plpgsql as $$
begin
  update ledger_home set
    row_xid = pg_current_xact_id()::xid::text, table_oid = 'ledger_home'::regclass, timeline = ledger_timeline(),
    confirmed_at = now(), confirmed_by = who
  where restored_at is not null and confirmed_at is null and xmin::text = row_xid and tableoid = table_oid;
  if not found then
    return false;
  end if;
  perform go_on(id) from (select id from campaigns where status = 'SENDING' order by id) them;
  return true;
end $$;
