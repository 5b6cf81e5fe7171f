-- Up Migration

-- What stops or slows everything that goes to one provider, shared by all workers.
create table provider_gates (
  channel channel primary key,
  -- Held: nothing is sent but single probes.
  held_since timestamptz,
  hold_until timestamptz,
  hold_reason text,
  hold_count integer not null default 0,
  constraint hold_is_whole check ((held_since is null) = (hold_until is null) and (held_since is null) = (hold_reason is null)),
  -- Messages per second; null: as the environment says.
  rate double precision check (rate > 0),
  -- Slots are given away up to this time.
  slot_at timestamptz not null default now()
);
insert into provider_gates (channel) values ('email'), ('sms');

alter table campaigns
  add column hold_until timestamptz,
  add column hold_reason text,
  add constraint hold_has_reason check ((hold_until is null) = (hold_reason is null));

create or replace function campaign_after_update() returns trigger language plpgsql as $$
begin
  perform pg_notify('rollcall_campaign', json_build_object(
    'id', new.id, 'version', new.version, 'status', new.status, 'total', new.total, 'pending', new.pending, 'queued', new.queued,
    'sending', new.sending, 'retrying', new.retrying, 'unknown', new.unknown, 'sent', new.sent, 'failed', new.failed,
    'suppressed', new.suppressed, 'cancelled', new.cancelled, 'delivered', new.delivered, 'bounced', new.bounced,
    'hold_until', new.hold_until, 'hold_reason', new.hold_reason)::text);
  return null;
end $$;

insert into graphile_worker._private_tasks (identifier) values ('probe_provider') on conflict do nothing;
