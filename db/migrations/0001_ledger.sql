-- Up Migration

-- The ledger: campaigns, recipients, attempts. Statuses are those of docs/architecture.md.

create type channel as enum ('email', 'sms');
create type campaign_status as enum ('DRAFT', 'SCHEDULED', 'SENDING', 'PAUSED', 'SENT', 'PARTIALLY_SENT', 'FAILED', 'CANCELLED');
create type recipient_status as enum ('pending', 'queued', 'sending', 'retrying', 'unknown', 'sent', 'failed', 'suppressed', 'cancelled');
create type attempt_outcome as enum ('accepted', 'transient', 'permanent', 'account', 'unknown');
create type delivery as enum ('delivered', 'deferred', 'bounced', 'undelivered', 'complained');
create type unknown_policy as enum ('resend', 'hold');

create table campaigns (
  id bigint generated always as identity primary key,
  name text not null check (length(name) between 1 and 200),
  channel channel not null,
  status campaign_status not null default 'DRAFT',

  subject text,
  html text,
  text text,
  sender text,
  unknown_policy unknown_policy not null default 'resend',
  max_retries smallint not null default 3 check (max_retries between 0 and 10),
  retry_count smallint not null default 0 check (retry_count >= 0),

  -- Kept by the triggers below, never counted. held is the part of unknown that waits for a person.
  total integer not null default 0,
  pending integer not null default 0 check (pending >= 0),
  queued integer not null default 0 check (queued >= 0),
  sending integer not null default 0 check (sending >= 0),
  retrying integer not null default 0 check (retrying >= 0),
  unknown integer not null default 0 check (unknown >= 0),
  held integer not null default 0 check (held between 0 and unknown),
  sent integer not null default 0 check (sent >= 0),
  failed integer not null default 0 check (failed >= 0),
  suppressed integer not null default 0 check (suppressed >= 0),
  cancelled integer not null default 0 check (cancelled >= 0),
  delivered integer not null default 0 check (delivered >= 0),
  bounced integer not null default 0 check (bounced >= 0),
  constraint counters_add_up check (
    total = pending + queued + sending + retrying + unknown + sent + failed + suppressed + cancelled),

  scheduled_at timestamptz,
  time_zone text,
  created_at timestamptz not null default now(),
  created_by text,
  started_at timestamptz,
  started_by text,
  finished_at timestamptz,
  failed_at timestamptz,
  failure_code text,
  failure_reason text,

  -- An account-level refusal: no more claims; the campaign ends with this reason when nothing is in flight.
  stop_code text,
  stop_reason text,
  constraint stop_has_reason check ((stop_code is null) = (stop_reason is null)),

  -- Reopened for single recipients only: those that are pending stay so, for this reason, and do not keep the campaign open.
  rest_code text,
  rest_reason text,

  -- dispatch_campaign is asked for when fewer than this many recipients are queued.
  dispatch_below integer not null default 0,
  dispatch_requested boolean not null default false,
  -- A bulk move of recipients is under way; the campaign cannot end before it is done.
  moving boolean not null default false,
  -- The retry round under way sends again to recipients that failed for these reasons before it began.
  retry_codes text[],
  retried_at timestamptz,
  -- The recipients of a clone are still being copied.
  preparing boolean not null default false,
  cloned_from bigint,

  -- Columns of the contact file that the recipients brought, in the order in which they were first seen.
  variables text[] not null default '{}',

  version bigint not null default 0,

  constraint failed_has_time check ((status in ('FAILED', 'PARTIALLY_SENT')) = (failed_at is not null)),
  constraint failed_has_code check ((failed_at is null) = (failure_code is null)),
  constraint ended_has_time check ((status in ('SENT', 'PARTIALLY_SENT', 'FAILED', 'CANCELLED')) = (finished_at is not null)),
  constraint started_has_time check (status in ('DRAFT', 'SCHEDULED', 'CANCELLED') or started_at is not null),
  constraint scheduled_has_time check (status <> 'SCHEDULED' or scheduled_at is not null),
  constraint sent_means_all check (status <> 'SENT' or sent + suppressed = total)
) with (fillfactor = 50);

create index campaigns_by_status on campaigns (status, id);

create table recipients (
  campaign_id bigint not null references campaigns on delete cascade,
  id bigint generated always as identity,
  address text collate "C" not null check (address <> ''),
  variables jsonb not null default '{}',
  status recipient_status not null default 'pending',
  round smallint not null default 0,
  attempts smallint not null default 0 check (attempts between 0 and 4),
  -- Raised at each dispatch; a job that carries an older number does nothing.
  dispatch_seq integer not null default 0,
  attempt_id bigint,
  claimed_at timestamptz,
  next_attempt_at timestamptz,
  unknown_until timestamptz,
  sent_at timestamptz,
  failed_at timestamptz,
  failure_code text,
  failure_reason text,
  provider_message_id text,
  delivery delivery,
  delivered_at timestamptz,
  changed_at timestamptz not null default now(),

  primary key (campaign_id, id),
  constraint one_row_per_address unique (campaign_id, address),
  constraint retrying_is_due check ((status = 'retrying') = (next_attempt_at is not null)),
  constraint sending_is_claimed check (status <> 'sending' or (attempt_id is not null and claimed_at is not null)),
  constraint unknown_has_attempt check (status <> 'unknown' or attempt_id is not null),
  constraint deadline_only_unknown check (unknown_until is null or status = 'unknown'),
  constraint sent_has_time check (status <> 'sent' or sent_at is not null),
  constraint failed_has_time check ((status = 'failed') = (failed_at is not null)),
  constraint failed_has_code check (status <> 'failed' or failure_code is not null)
) with (fillfactor = 70);

-- The ledger page: a status filter in id order, and the dispatcher's "next pending".
create index recipients_by_status on recipients (campaign_id, status, id);
-- The ledger page: a failure reason in id order.
create index recipients_by_failure on recipients (campaign_id, failure_code, id) where failure_code is not null;
create index recipients_in_flight on recipients (claimed_at) where status = 'sending';
create index recipients_unknown_due on recipients (unknown_until) where unknown_until is not null;

create sequence attempt_ids as bigint;

create table attempts (
  id bigint not null primary key,
  campaign_id bigint not null,
  recipient_id bigint not null,
  round smallint not null,
  number smallint not null check (number between 1 and 4),
  started_at timestamptz not null,
  finished_at timestamptz not null,
  outcome attempt_outcome not null,
  http_status smallint,
  provider_code text,
  reason text,
  retry_after_s integer,
  provider_message_id text,
  actor text,
  foreign key (campaign_id, recipient_id) references recipients (campaign_id, id)
);
create index attempts_of_recipient on attempts (recipient_id, id);
create index attempts_of_campaign on attempts (campaign_id, id);

-- Kept beside the ledger by its triggers: what the live page shows without counting.
create table campaign_failures (
  campaign_id bigint not null references campaigns on delete cascade,
  failure_code text not null,
  recipients integer not null check (recipients >= 0),
  primary key (campaign_id, failure_code)
) with (fillfactor = 50);

create table campaign_minutes (
  campaign_id bigint not null references campaigns on delete cascade,
  minute timestamptz not null,
  accepted integer not null default 0,
  failed integer not null default 0,
  transient integer not null default 0,
  primary key (campaign_id, minute)
) with (fillfactor = 50);

create table imports (
  id bigint generated always as identity primary key,
  campaign_id bigint not null references campaigns on delete cascade,
  file_name text,
  rows integer not null,
  accepted integer not null,
  duplicates integer not null,
  rejected integer not null,
  created_at timestamptz not null default now(),
  created_by text,
  check (rows = accepted + duplicates + rejected)
);
create index imports_of_campaign on imports (campaign_id, id);

-- Every row of a contact file that did not become a recipient, with its line in the file.
create table import_rejects (
  import_id bigint not null references imports on delete cascade,
  line integer not null,
  address text not null,
  reason text not null,
  primary key (import_id, line)
);

-- One table of allowed transitions; app/domain/campaigns/transitions.ts says the same and a test compares them.
create function campaign_transition_allowed(from_status campaign_status, to_status campaign_status) returns boolean
language sql immutable parallel safe as $$
  select (from_status, to_status) in (
    ('DRAFT', 'SCHEDULED'), ('DRAFT', 'SENDING'),
    ('SCHEDULED', 'DRAFT'), ('SCHEDULED', 'SENDING'), ('SCHEDULED', 'CANCELLED'),
    ('SENDING', 'PAUSED'), ('SENDING', 'SENT'), ('SENDING', 'PARTIALLY_SENT'), ('SENDING', 'FAILED'), ('SENDING', 'CANCELLED'),
    ('PAUSED', 'SENDING'), ('PAUSED', 'SENT'), ('PAUSED', 'PARTIALLY_SENT'), ('PAUSED', 'FAILED'), ('PAUSED', 'CANCELLED'),
    ('PARTIALLY_SENT', 'SENDING'), ('FAILED', 'SENDING'),
    ('SENT', 'PARTIALLY_SENT'), ('SENT', 'FAILED'), ('PARTIALLY_SENT', 'FAILED'), ('PARTIALLY_SENT', 'SENT'), ('FAILED', 'SENT'), ('FAILED', 'PARTIALLY_SENT'))
$$;

create function campaign_before_update() returns trigger language plpgsql as $$
begin
  if new.status <> old.status and not campaign_transition_allowed(old.status, new.status) then
    raise exception 'a campaign cannot go from % to %', old.status, new.status using errcode = 'check_violation', constraint = 'campaign_transition';
  end if;
  new.version := old.version + 1;
  return new;
end $$;
create trigger campaign_before_update before update on campaigns for each row execute function campaign_before_update();

-- Every change of a campaign raises its version by one and says so once. The row's lock is held until commit,
-- so versions arrive at listeners in order and without gaps.
create function campaign_after_update() returns trigger language plpgsql as $$
begin
  perform pg_notify('rollcall_campaign', json_build_object(
    'id', new.id, 'version', new.version, 'status', new.status, 'total', new.total, 'pending', new.pending, 'queued', new.queued,
    'sending', new.sending, 'retrying', new.retrying, 'unknown', new.unknown, 'sent', new.sent, 'failed', new.failed,
    'suppressed', new.suppressed, 'cancelled', new.cancelled, 'delivered', new.delivered, 'bounced', new.bounced)::text);
  return null;
end $$;
create trigger campaign_after_update after update on campaigns for each row execute function campaign_after_update();

-- How a campaign ended: every recipient that was not suppressed sent, some, or none.
create function campaign_outcome(total integer, sent integer, suppressed integer) returns campaign_status
language sql immutable parallel safe as $$
  select case when sent + suppressed = total then 'SENT' when sent > 0 then 'PARTIALLY_SENT' else 'FAILED' end::campaign_status
$$;

create function recipients_failed_reason(total integer, sent integer, suppressed integer) returns text
language sql immutable parallel safe as $$
  select (total - suppressed - sent) || ' of ' || (total - suppressed)
    || ' recipients could not be reached. The reasons are listed below; a retry sends to those whose failure may pass.'
$$;

-- Ends a campaign when nothing is open any more. Called under the campaign's row lock, so it ends exactly once.
create function end_campaign_if_done(c campaigns) returns void language plpgsql as $$
declare
  in_flight integer := c.queued + c.sending + c.retrying + c.unknown - c.held;
  result campaign_status := campaign_outcome(c.total, c.sent, c.suppressed);
begin
  if c.status not in ('SENDING', 'PAUSED') or c.moving or in_flight > 0 or (c.pending > 0 and c.stop_code is null and c.rest_code is null) then
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

-- Ends a bulk move of recipients: from here on the campaign may end.
create function finish_move(campaign bigint) returns void language plpgsql as $$
declare
  c campaigns;
begin
  update campaigns set moving = false, retry_codes = null where id = campaign and moving returning * into c;
  if c.id is not null then
    perform end_campaign_if_done(c);
  end if;
end $$;

-- Adds a statement's difference to a campaign, asks for a top-up where its window fell below half, and ends it with the last recipient.
-- Triggers call it once per campaign and statement, in id order (lock order: recipients first, campaigns last).
create function apply_recipient_changes(campaign bigint, d_total integer, d_pending integer, d_queued integer, d_sending integer,
  d_retrying integer, d_unknown integer, d_held integer, d_sent integer, d_failed integer, d_suppressed integer, d_cancelled integer,
  d_delivered integer, d_bounced integer) returns bigint language plpgsql as $$
declare
  c campaigns;
  result campaign_status;
begin
  -- A late change of a single recipient (a carrier's refusal, a person's decision) may change how an ended campaign ended.
  if d_sent <> 0 or d_suppressed <> 0 then
    select * into c from campaigns where id = campaign for no key update;
    if c.status in ('SENT', 'PARTIALLY_SENT', 'FAILED') then
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
    delivered = delivered + d_delivered, bounced = bounced + d_bounced
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

create function recipients_inserted() returns trigger language plpgsql as $$
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
    perform apply_recipient_changes(d.campaign_id, d.n, d.pending, 0, 0, 0, 0, 0, 0, 0, d.suppressed, 0, 0, 0);
  end loop;
  return null;
end $$;
create trigger recipients_inserted after insert on recipients
  referencing new table as new_rows for each statement execute function recipients_inserted();

create function recipients_deleted() returns trigger language plpgsql as $$
declare
  d record;
begin
  for d in
    select campaign_id, -count(*)::integer as n,
      -count(*) filter (where status = 'pending')::integer as pending, -count(*) filter (where status = 'suppressed')::integer as suppressed
    from old_rows group by campaign_id order by campaign_id
  loop
    perform apply_recipient_changes(d.campaign_id, d.n, d.pending, 0, 0, 0, 0, 0, 0, 0, d.suppressed, 0, 0, 0);
  end loop;
  return null;
end $$;
create trigger recipients_deleted after delete on recipients
  referencing old table as old_rows for each statement execute function recipients_deleted();

create function recipients_updated() returns trigger language plpgsql as $$
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
      bool_or(status = 'failed') as failures
    from (
      select campaign_id, status, unknown_until, delivery, 1 as n from new_rows
      union all
      select campaign_id, status, unknown_until, delivery, -1 from old_rows
    ) as both_sides
    group by campaign_id order by campaign_id
  loop
    v := apply_recipient_changes(d.campaign_id, 0, d.pending, d.queued, d.sending, d.retrying, d.unknown, d.held, d.sent, d.failed,
      d.suppressed, d.cancelled, d.delivered, d.bounced);

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
    end if;

    -- Compact tuples [id, status, attempts, due in ms, code]; 100 of them stay well below the 8 kB that NOTIFY allows.
    if d.rows > 1000 then
      perform pg_notify('rollcall_recipients', json_build_object('id', d.campaign_id, 'version', v, 'many', true)::text);
    else
      for chunk in
        select json_agg(json_build_array(id, status, attempts,
          (extract(epoch from coalesce(next_attempt_at, unknown_until)) * 1000)::bigint, failure_code)) as rows
        from (select *, (row_number() over (order by id) - 1) / 100 as part from new_rows where campaign_id = d.campaign_id) as numbered
        group by part
      loop
        perform pg_notify('rollcall_recipients', json_build_object('id', d.campaign_id, 'version', v, 'rows', chunk.rows)::text);
      end loop;
    end if;
  end loop;
  return null;
end $$;
create trigger recipients_updated after update on recipients
  referencing old table as old_rows new table as new_rows for each statement execute function recipients_updated();

-- The attempt log only grows.
create function attempts_are_final() returns trigger language plpgsql as $$
begin
  raise exception 'attempts are never changed or deleted' using errcode = 'restrict_violation';
end $$;
create trigger attempts_are_final before update or delete or truncate on attempts
  for each statement execute function attempts_are_final();

create function attempts_inserted() returns trigger language plpgsql as $$
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
create trigger attempts_inserted after insert on attempts
  referencing new table as new_rows for each statement execute function attempts_inserted();

-- Retry times: Graphile's own delay is e^n seconds; the product promises 2, 4, 8 s or Retry-After. See docs/decisions.
-- Whatever goes wrong in here must not stop Graphile from releasing the job: then its own delay holds.
create function retry_on_time() returns trigger language plpgsql as $$
declare
  due timestamptz;
begin
  if exists (select from graphile_worker._private_tasks where id = new.task_id and identifier in ('send_email', 'send_sms')) then
    select next_attempt_at into due from recipients
    where campaign_id = (new.payload ->> 'campaign_id')::bigint and id = (new.payload ->> 'recipient_id')::bigint
      and dispatch_seq = (new.payload ->> 'dispatch_seq')::integer and status = 'retrying';
    if due is not null then
      new.run_at := due;
      new.priority := -10;
    end if;
  end if;
  return new;
exception when others then
  return new;
end $$;
create trigger rollcall_retry_on_time before update on graphile_worker._private_jobs for each row
  when (old.locked_at is not null and new.locked_at is null) execute function retry_on_time();

insert into graphile_worker._private_tasks (identifier)
values ('dispatch_campaign'), ('send_email'), ('send_sms'), ('move_recipients'), ('settle_unknown') on conflict do nothing;
