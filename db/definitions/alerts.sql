-- What raises an alert, and who is told.

create or replace function alert_raised() returns trigger language plpgsql as $$
begin
  if new.type not like 'webhook.%' and new.type not like 'key.%' and new.type <> 'campaign.sent' then
    perform graphile_worker.add_job('raise_alerts', json_build_object('alert_id', new.id));
  end if;
  if new.shown then
    perform pg_notify('rollcall_alert', json_build_object('id', new.id)::text);
  end if;
  return null;
end $$;

create or replace trigger alert_raised after insert on alerts for each row execute function alert_raised();

create or replace function campaign_raises_alerts() returns trigger language plpgsql as $$
declare
  missed integer := new.total - new.sent - new.suppressed;
  exhausted boolean := new.retry_count >= new.max_retries;
  occasion text := 'campaign ' || new.id || ' round ' || new.retry_count;
  snapshot jsonb;
begin
  insert into campaign_runs (campaign_id, round, channel, status, unreached)
  values (new.id, new.retry_count, new.channel, new.status, missed)
  on conflict (campaign_id, round) do update set status = excluded.status, unreached = excluded.unreached;
  -- One person's retry is no news of the campaign.
  if old.reopened_from is not null then
    return null;
  end if;
  snapshot := jsonb_build_object('campaign', to_jsonb(new) - '{html,text}'::text[], 'unreached', missed);
  if new.status = 'SENT' then
    -- What a person decides about an ended campaign is no news to them.
    if old.status in ('SENDING', 'PAUSED') then
      insert into alerts (key, type, campaign_id, round, data)
      values (occasion || ' sent', 'campaign.sent', new.id, new.retry_count, snapshot)
      on conflict (key) do nothing;
    end if;
    return null;
  end if;
  insert into alerts (key, type, campaign_id, round, shown, data)
  values (occasion, case new.status when 'FAILED' then 'campaign.failed' else 'campaign.partially_sent' end,
    new.id, new.retry_count, not exhausted, snapshot)
  on conflict (key) do nothing;
  if exhausted then
    insert into alerts (key, type, campaign_id, round, data)
    values (occasion || ' exhausted', 'campaign.retries_exhausted', new.id, new.retry_count, snapshot)
    on conflict (key) do nothing;
  end if;
  return null;
end $$;

create or replace trigger campaign_raises_alerts after update on campaigns for each row
  when (old.status is distinct from new.status and new.status in ('SENT', 'PARTIALLY_SENT', 'FAILED'))
  execute function campaign_raises_alerts();

-- A provider that begins to be held is an alert, raised with the hold itself; at most one an hour, since holds may follow each other.
create or replace function provider_hold_raises_alert() returns trigger language plpgsql as $$
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

create or replace trigger provider_hold_raises_alert after update on provider_gates for each row
  when (old.held_since is null and new.held_since is not null) execute function provider_hold_raises_alert();
