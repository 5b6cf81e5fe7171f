-- Up Migration

-- What a person saw is what happens: a draft has a revision, which grows with each change of its content, settings or list. Who changes or sends
-- it may name the revision that they saw. Beside it, when something was last done to a campaign, how long it was sending, and the time that
-- was chosen before it was unscheduled.
alter table campaigns add column revision bigint not null default 1;
alter table campaigns add column active_at timestamptz not null default now();
alter table campaigns add column planned_at timestamptz;
alter table campaigns add column planned_time_zone text;
-- Finished stretches, without pauses and without the time between an end and a retry; and since when it is sending, while it is.
alter table campaigns add column sending_ms bigint not null default 0;
alter table campaigns add column sending_since timestamptz;
alter table campaigns add constraint planned_time_has_zone check (planned_time_zone is null or planned_at is not null);

-- Who changed a field last, and in which revision: what somebody who saw an older one is told. A row a field, however often it changes.
create table draft_changes (
  campaign_id bigint not null references campaigns on delete cascade,
  field text not null,
  revision bigint not null,
  at timestamptz not null default clock_timestamp(),
  actor text,
  primary key (campaign_id, field)
);

update campaigns c set
  active_at = greatest(c.created_at, c.started_at, c.finished_at, e.at),
  sending_ms = coalesce(e.ms, 0),
  sending_since = case when c.status = 'SENDING' then coalesce(e.since, c.started_at) end
from campaigns same
left join lateral (
  select max(at) as at, (sum(extract(epoch from ended - at)) filter (where kind in ('started', 'resumed', 'retried', 'reopened')) * 1000)::bigint as ms,
    max(at) filter (where kind in ('started', 'resumed', 'retried', 'reopened')) as since
  from (
    select at, kind, lead(at) over (order by id) as ended from campaign_events
    where campaign_id = same.id and kind in ('started', 'resumed', 'retried', 'reopened', 'paused', 'cancelled', 'ended')
  ) as stretches
) e on true
where c.id = same.id;

create index campaigns_by_activity on campaigns (active_at desc, id desc);

-- Everything but bookkeeping counts, so that a column that comes later counts from its first day.
create function campaign_revision() returns trigger language plpgsql as $$
declare
  kept constant text[] := array['id', 'status', 'version', 'ledger_version', 'revision', 'active_at', 'planned_at', 'planned_time_zone',
    'sending_ms', 'sending_since', 'pending', 'queued', 'sending', 'retrying', 'unknown', 'held', 'sent', 'failed', 'suppressed', 'cancelled',
    'delivered', 'bounced', 'scheduled_at', 'time_zone', 'created_at', 'created_by', 'started_at', 'started_by', 'finished_at', 'failed_at',
    'failure_code', 'failure_reason', 'stop_code', 'stop_reason', 'rest_code', 'rest_reason', 'dispatch_below', 'dispatch_requested',
    'dispatch_after', 'moving', 'retry_codes', 'retry_count', 'retried_at', 'retried_by', 'preparing', 'preparing_of', 'emptying', 'cloned_from',
    'hold_until', 'hold_reason'];
  was jsonb := to_jsonb(old) - kept;
begin
  with changed as (
    select distinct case key when 'sender' then 'from' when 'total' then 'recipients' when 'variables' then 'recipients' else key end as field
    from jsonb_each(to_jsonb(new) - kept) where value is distinct from was -> key
  ),
  told as (
    insert into draft_changes (campaign_id, field, revision, actor)
    select new.id, field, old.revision + 1, nullif(current_setting('rollcall.actor', true), '') from changed order by field
    on conflict (campaign_id, field) do update set revision = excluded.revision, at = clock_timestamp(), actor = excluded.actor
  )
  select old.revision + least(count(*), 1) into new.revision from changed;
  if new.revision > old.revision then
    new.active_at := clock_timestamp();
  end if;
  return new;
end $$;
create trigger campaign_revision before update on campaigns for each row
  when (old.status = 'DRAFT' or new.status = 'DRAFT') execute function campaign_revision();

create function campaign_activity() returns trigger language plpgsql as $$
begin
  new.active_at := clock_timestamp();
  if old.status = 'SENDING' then
    new.sending_ms := old.sending_ms + greatest(0, extract(epoch from clock_timestamp() - old.sending_since) * 1000);
    new.sending_since := null;
  end if;
  if new.status = 'SENDING' then
    new.sending_since := clock_timestamp();
  end if;
  return new;
end $$;
create trigger campaign_activity before update on campaigns for each row
  when (old.status is distinct from new.status) execute function campaign_activity();

create or replace function campaign_after_update() returns trigger language plpgsql as $$
begin
  perform pg_notify('rollcall_campaign', json_build_object(
    'id', new.id, 'version', new.version, 'revision', new.revision, 'status', new.status, 'total', new.total, 'pending', new.pending,
    'queued', new.queued, 'sending', new.sending, 'retrying', new.retrying, 'unknown', new.unknown, 'sent', new.sent, 'failed', new.failed,
    'suppressed', new.suppressed, 'cancelled', new.cancelled, 'delivered', new.delivered, 'bounced', new.bounced,
    'hold_until', new.hold_until, 'hold_reason', new.hold_reason)::text);
  return null;
end $$;

-- A list of campaigns that is open hears of new ones, and of those that are gone.
create function campaign_listed() returns trigger language plpgsql as $$
begin
  perform pg_notify('rollcall_listed', json_build_object('id', coalesce(new.id, old.id))::text);
  return null;
end $$;
create trigger campaign_listed after insert or delete on campaigns for each row execute function campaign_listed();
