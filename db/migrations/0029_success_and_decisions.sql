-- People hear in the product of campaigns that were sent to everybody, too. Programs are told of trouble only.
alter table alerts drop constraint alerts_type_check, add constraint alerts_type_check check (type in
  ('campaign.sent', 'campaign.failed', 'campaign.partially_sent', 'campaign.retries_exhausted', 'provider.degraded', 'webhook.gave_up',
   'webhook.disabled', 'database.restored'));

create or replace function alert_raised() returns trigger language plpgsql as $$
begin
  if new.type not like 'webhook.%' and new.type <> 'campaign.sent' then
    perform graphile_worker.add_job('raise_alerts', json_build_object('alert_id', new.id));
  end if;
  if new.shown then
    perform pg_notify('rollcall_alert', json_build_object('id', new.id)::text);
  end if;
  return null;
end $$;

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

-- A person found that a message whose outcome nobody knew did not arrive: that is known from then on, and a retry may take it.
insert into failure_labels (code, label, advice, may_pass) values
  ('not_arrived', 'Did not arrive', 'Nobody knew what became of the message, and a person found that it did not arrive. Retry it.', true);
