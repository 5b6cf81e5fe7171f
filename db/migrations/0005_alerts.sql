-- Up Migration

-- Alerts: what administrators are told, in the product and by webhooks, and how each webhook went.

-- How each round of a campaign ended (round 0 is the first send). What "several times in a row" is counted by.
create table campaign_runs (
  id bigint generated always as identity,
  campaign_id bigint not null references campaigns on delete cascade,
  round smallint not null,
  channel channel not null,
  status campaign_status not null check (status in ('SENT', 'PARTIALLY_SENT', 'FAILED')),
  -- Neither sent nor suppressed: failed, unknown, or never tried.
  unreached integer not null check (unreached >= 0),
  primary key (campaign_id, round)
);
create index campaign_runs_of_channel on campaign_runs (channel, id);

create table alerts (
  id bigint generated always as identity primary key,
  -- Whatever raises an alert names its occasion; the same occasion raises it once.
  key text not null unique,
  type text not null check (type in ('campaign.failed', 'campaign.partially_sent', 'campaign.retries_exhausted', 'provider.degraded',
    'webhook.gave_up', 'webhook.disabled')),
  at timestamptz not null default clock_timestamp(),
  campaign_id bigint references campaigns on delete cascade,
  round smallint,
  -- Is it a notification in the product? Of two alerts about one end only one is.
  shown boolean not null default true,
  data jsonb not null,
  constraint campaign_alerts_name_a_round check ((type like 'campaign.%') = (campaign_id is not null and round is not null))
);
create index alerts_by_time on alerts (at);
create index alerts_of_campaign on alerts (campaign_id) where campaign_id is not null;

-- Who has seen which notification.
create table notification_reads (
  user_id uuid not null references app_users on delete cascade,
  alert_id bigint not null references alerts on delete cascade,
  primary key (user_id, alert_id)
);
create index notification_reads_of_alert on notification_reads (alert_id);

create table webhook_endpoints (
  id bigint generated always as identity primary key,
  url text not null check (length(url) between 1 and 2000),
  -- whsec_ and base64; needed in clear to sign with. A former one signs too until its time is over, so that receivers can change without a gap.
  secret text not null,
  former_secret text,
  former_secret_until timestamptz,
  events text[] not null check (cardinality(events) > 0 and events <@ array['campaign.failed', 'campaign.partially_sent',
    'campaign.retries_exhausted', 'provider.degraded']),
  -- Told from the nth failure in a row on; see docs/alerts.md.
  failure_threshold smallint not null default 1 check (failure_threshold between 1 and 100),
  -- Told when at least so many recipients were not reached.
  min_unreached integer not null default 1 check (min_unreached >= 1),
  -- Since when every delivery has failed.
  failing_since timestamptz,
  disabled_at timestamptz,
  disabled_reason text,
  created_at timestamptz not null default now(),
  created_by text,
  constraint disabled_has_reason check ((disabled_at is null) = (disabled_reason is null)),
  constraint former_secret_ends check ((former_secret is null) = (former_secret_until is null))
);

create table webhook_deliveries (
  id bigint generated always as identity primary key,
  endpoint_id bigint not null references webhook_endpoints on delete cascade,
  -- Null for a test.
  alert_id bigint references alerts on delete cascade,
  type text not null,
  campaign_id bigint references campaigns on delete cascade,
  -- The same for every try of a delivery: receivers tell repeats by it.
  message_id text not null unique default 'msg_' || replace(gen_random_uuid()::text, '-', ''),
  -- Exactly the bytes that are signed and sent.
  body text not null,
  status text not null default 'pending' check (status in ('pending', 'delivered', 'failed')),
  next_attempt_at timestamptz,
  created_at timestamptz not null default now(),
  constraint once_for_each_alert unique (endpoint_id, alert_id),
  constraint only_pending_is_due check (next_attempt_at is null or status = 'pending')
);
create index webhook_deliveries_of_endpoint on webhook_deliveries (endpoint_id, id);
create index webhook_deliveries_of_alert on webhook_deliveries (alert_id);
create index webhook_deliveries_of_campaign on webhook_deliveries (campaign_id);

create table webhook_attempts (
  id bigint generated always as identity primary key,
  delivery_id bigint not null references webhook_deliveries on delete cascade,
  at timestamptz not null default now(),
  latency_ms integer not null check (latency_ms >= 0),
  -- HTTP status; null where there was no answer.
  status smallint,
  -- The first 1,000 characters of the answer.
  response text,
  -- Why it did not count as delivered, in words.
  error text,
  actor text
);
create index webhook_attempts_of_delivery on webhook_attempts (delivery_id, id);

-- An end with failures raises an alert in its own transaction, once a round: not again when support reopens the campaign for one person,
-- but also when a late refusal changes how a sent campaign ended.
create function campaign_raises_alerts() returns trigger language plpgsql as $$
declare
  missed integer := new.total - new.sent - new.suppressed;
  exhausted boolean := new.retry_count >= new.max_retries;
  occasion text := 'campaign ' || new.id || ' round ' || new.retry_count;
  snapshot jsonb;
begin
  insert into campaign_runs (campaign_id, round, channel, status, unreached)
  values (new.id, new.retry_count, new.channel, new.status, missed)
  on conflict (campaign_id, round) do update set status = excluded.status, unreached = excluded.unreached;
  if new.status = 'SENT' then
    return null;
  end if;
  snapshot := jsonb_build_object('campaign', to_jsonb(new) - '{html,text}'::text[], 'unreached', missed);
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
create trigger campaign_raises_alerts after update on campaigns for each row
  when (old.status is distinct from new.status and new.status in ('SENT', 'PARTIALLY_SENT', 'FAILED'))
  execute function campaign_raises_alerts();

-- Whoever inserts an alert has done all: the job that tells the endpoints and the word to open pages leave with the transaction.
create function alert_raised() returns trigger language plpgsql as $$
begin
  if new.type not like 'webhook.%' then
    perform graphile_worker.add_job('raise_alerts', json_build_object('alert_id', new.id));
  end if;
  if new.shown then
    perform pg_notify('rollcall_alert', json_build_object('id', new.id)::text);
  end if;
  return null;
end $$;
create trigger alert_raised after insert on alerts for each row execute function alert_raised();

insert into graphile_worker._private_tasks (identifier) values ('raise_alerts'), ('deliver_alert') on conflict do nothing;
