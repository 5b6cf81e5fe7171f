-- Revisions of drafts, and the list of campaigns.

-- What is no part of what goes out. Everything else counts, so that a column that comes later counts from its first day.
create or replace function campaign_bookkeeping() returns text[] language sql immutable parallel safe as $$
  select array['id', 'status', 'version', 'ledger_version', 'revision', 'active_at', 'planned_at', 'planned_time_zone',
    'sending_ms', 'sending_since', 'pending', 'queued', 'sending', 'retrying', 'unknown', 'held', 'sent', 'failed', 'suppressed', 'cancelled',
    'delivered', 'bounced', 'scheduled_at', 'time_zone', 'created_at', 'created_by', 'started_at', 'started_by', 'finished_at', 'failed_at',
    'failure_code', 'failure_reason', 'doing', 'stop_code', 'stop_reason', 'dispatch_requested',
    'retry_codes', 'retry_count', 'retried_at', 'retried_by', 'preparing_of', 'cloned_from', 'hold_until', 'hold_reason', 'approval', 'sent_by_id']
$$;

create or replace function campaign_revision() returns trigger language plpgsql as $$
declare
  was jsonb := to_jsonb(old) - campaign_bookkeeping();
  actor text := nullif(current_setting('rollcall.actor', true), '');
  person text := person_of(current_setting('rollcall.person', true));
  fields text[];
begin
  with changed as (
    select distinct case key when 'sender' then 'from' when 'total' then 'recipients' when 'variables' then 'recipients' else key end as field
    from jsonb_each(to_jsonb(new) - campaign_bookkeeping()) where value is distinct from was -> key
  ),
  told as (
    insert into draft_changes (campaign_id, field, revision, actor)
    select new.id, field, old.revision + 1, actor from changed order by field
    on conflict (campaign_id, field) do update set revision = excluded.revision, at = clock_timestamp(), actor = excluded.actor
  )
  select old.revision + least(count(*), 1), array_agg(field order by field) into new.revision, fields from changed;
  if new.revision > old.revision then
    new.active_at := clock_timestamp();
    -- Sending names the sender of the configuration: that is no change of anybody's.
    if old.status = 'DRAFT' and new.status = 'DRAFT' then
      if person is not null then
        insert into campaign_editors (campaign_id, person) values (new.id, person) on conflict do nothing;
      end if;
      if old.approval ->> 'state' in ('waiting', 'approved') then
        new.approval := withdrawn(old.approval, 'changed', actor, person, fields);
      end if;
    end if;
  end if;
  return new;
end $$;

create or replace trigger campaign_revision before update on campaigns for each row
  when (old.status = 'DRAFT' or new.status = 'DRAFT') execute function campaign_revision();

create or replace function campaign_activity() returns trigger language plpgsql as $$
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

create or replace trigger campaign_activity before update on campaigns for each row
  when (old.status is distinct from new.status) execute function campaign_activity();

-- A list of campaigns that is open hears of new ones, and of those that are gone.
create or replace function campaign_listed() returns trigger language plpgsql as $$
begin
  perform pg_notify('rollcall_listed', json_build_object('id', coalesce(new.id, old.id))::text);
  return null;
end $$;

create or replace trigger campaign_listed after insert or delete on campaigns for each row execute function campaign_listed();
