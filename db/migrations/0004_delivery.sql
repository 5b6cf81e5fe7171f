-- Up Migration

-- What providers tell after they took a message, and who is never sent to again.

-- The log of provider events, one row an event, append-only. It carries ids and the provider's words, no address: those are the ledger's.
create table provider_events (
  id bigint generated always as identity primary key,
  -- rollcall: the person's own click on the unsubscribe link.
  provider text not null check (provider in ('sendgrid', 'twilio', 'rollcall')),
  -- The provider's name of the event; it may arrive any number of times.
  event_id text not null check (length(event_id) between 1 and 200),
  -- Null for a STOP or START of a number that is in no list.
  campaign_id bigint,
  recipient_id bigint,
  attempt_id bigint,
  kind text not null check (kind in ('processed', 'deferred', 'delivered', 'bounced', 'blocked', 'dropped', 'undelivered', 'complained',
    'unsubscribed', 'resubscribed', 'stopped', 'started')),
  -- What it makes of the recipient's delivery; null: nothing.
  delivery delivery,
  occurred_at timestamptz not null,
  received_at timestamptz not null default now(),
  -- The provider's own code, and for a message that did not arrive ours (app/domain/failures.ts).
  code text,
  failure_code text,
  reason text,
  unique (provider, event_id),
  check ((campaign_id is null) = (recipient_id is null))
);
create index provider_events_of_attempt on provider_events (attempt_id) where attempt_id is not null;
create index provider_events_of_recipient on provider_events (recipient_id, id) where recipient_id is not null;

create function provider_events_are_final() returns trigger language plpgsql as $$
begin
  raise exception 'provider events are never changed or deleted' using errcode = 'restrict_violation';
end $$;
create trigger provider_events_are_final before update or delete or truncate on provider_events
  for each statement execute function provider_events_are_final();

-- Of two things that were told about one message the higher one holds, whatever order they came in: an email may bounce or be
-- complained about after it was delivered, and what was delivered was not lost on the way.
create function delivery_rank(d delivery) returns integer language sql immutable parallel safe as $$
  select case d when 'deferred' then 1 when 'undelivered' then 2 when 'delivered' then 3 when 'bounced' then 4 when 'complained' then 5 else 0 end
$$;

create type suppression_reason as enum ('manual', 'stop', 'unsubscribe', 'hard_bounce', 'complaint');

-- Addresses and numbers that no campaign sends to; every claim looks here.
create table suppressions (
  id bigint generated always as identity primary key,
  channel channel not null,
  -- As the ledger spells it.
  address text collate "C" not null check (length(address) between 1 and 320),
  -- The enum's order is the order of weight: a weightier reason replaces a lighter one, and what lifts the lighter one then does not lift it.
  reason suppression_reason not null,
  -- Where it came from; null where a person or a file brought it. No foreign key: it outlives campaigns.
  campaign_id bigint,
  recipient_id bigint,
  -- When the person or the provider said so; a later resubscription lifts it.
  suppressed_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  created_by text,
  unique (channel, address)
);
create index suppressions_by_reason on suppressions (reason, id);

-- As in 0001, with the delivery as the sixth element of each tuple.
create or replace function recipients_updated() returns trigger language plpgsql as $$
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

    -- Compact tuples [id, status, attempts, due in ms, code, delivery]; 100 of them stay well below the 8 kB that NOTIFY allows.
    if d.rows > 1000 then
      perform pg_notify('rollcall_recipients', json_build_object('id', d.campaign_id, 'version', v, 'many', true)::text);
    else
      for chunk in
        select json_agg(json_build_array(id, status, attempts,
          (extract(epoch from coalesce(next_attempt_at, unknown_until)) * 1000)::bigint, failure_code, delivery)) as rows
        from (select *, (row_number() over (order by id) - 1) / 100 as part from new_rows where campaign_id = d.campaign_id) as numbered
        group by part
      loop
        perform pg_notify('rollcall_recipients', json_build_object('id', d.campaign_id, 'version', v, 'rows', chunk.rows)::text);
      end loop;
    end if;
  end loop;
  return null;
end $$;
