-- Up Migration

-- What happened to a campaign and to single recipients beside the attempts: who pressed what, and every change of status.
create table campaign_events (
  id bigint generated always as identity primary key,
  campaign_id bigint not null references campaigns on delete cascade,
  recipient_id bigint,
  at timestamptz not null default clock_timestamp(),
  kind text not null check (kind in ('created', 'cloned', 'imported', 'scheduled', 'unscheduled', 'started', 'paused', 'resumed', 'cancelled',
    'ended', 'retried', 'reopened', 'outcome_changed', 'recipient_retried', 'recipient_resolved')),
  actor text,
  details jsonb not null default '{}'
);
create index campaign_events_of_campaign on campaign_events (campaign_id, id);
create index campaign_events_of_recipient on campaign_events (recipient_id, id) where recipient_id is not null;

-- Every change of status is an event. Who asked for it comes from the transaction's setting rollcall.actor; the engine sets none.
create function campaign_status_event() returns trigger language plpgsql as $$
begin
  insert into campaign_events (campaign_id, kind, actor, details)
  values (new.id,
    case
      when new.status = 'SCHEDULED' then 'scheduled'
      when new.status = 'DRAFT' then 'unscheduled'
      when new.status = 'PAUSED' then 'paused'
      when new.status = 'CANCELLED' then 'cancelled'
      when new.status = 'SENDING' and old.status = 'PAUSED' then 'resumed'
      when new.status = 'SENDING' and new.retry_count > old.retry_count then 'retried'
      when new.status = 'SENDING' and old.status in ('PARTIALLY_SENT', 'FAILED', 'SENT') then 'reopened'
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
create trigger campaign_status_event after update on campaigns for each row
  when (old.status is distinct from new.status) execute function campaign_status_event();

insert into graphile_worker._private_tasks (identifier) values ('start_campaign'), ('clone_recipients') on conflict do nothing;
