-- Up Migration

-- A provider that begins to be held is an alert, raised with the hold itself; at most one an hour, since holds may follow each other.
create function provider_hold_raises_alert() returns trigger language plpgsql as $$
begin
  insert into alerts (key, type, data)
  values (
    'provider of ' || new.channel || ' held, hour of ' || to_char(new.held_since at time zone 'utc', 'YYYY-MM-DD HH24'),
    'provider.degraded',
    jsonb_build_object('provider', jsonb_build_object(
      'provider', case new.channel when 'email' then 'sendgrid' else 'twilio' end, 'channel', new.channel, 'reason', new.hold_reason,
      'until', to_char(new.hold_until at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))))
  on conflict (key) do nothing;
  return null;
end $$;
create trigger provider_hold_raises_alert after update on provider_gates for each row
  when (old.held_since is null and new.held_since is not null) execute function provider_hold_raises_alert();
