-- Up Migration

-- That sending waited for its provider, and how long, belongs to a campaign's life. A hold that is prolonged is the same one.
alter table campaign_events drop constraint campaign_events_kind_check;
alter table campaign_events add constraint campaign_events_kind_check check (kind in ('created', 'cloned', 'imported', 'scheduled',
  'unscheduled', 'started', 'paused', 'resumed', 'cancelled', 'ended', 'retried', 'reopened', 'outcome_changed', 'recipient_retried',
  'recipient_resolved', 'held', 'released'));

create function campaign_hold_event() returns trigger language plpgsql as $$
begin
  if new.hold_until is not null then
    insert into campaign_events (campaign_id, kind, details) values (new.id, 'held', jsonb_build_object('reason', new.hold_reason));
  elsif new.status = 'SENDING' and new.stop_code is null then
    insert into campaign_events (campaign_id, kind) values (new.id, 'released');
  end if;
  return null;
end $$;
create trigger campaign_hold_event after update on campaigns for each row
  when ((old.hold_until is null) <> (new.hold_until is null)) execute function campaign_hold_event();
