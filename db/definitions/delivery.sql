-- Events of providers.

-- Of two things that were told about one message the higher one holds, whatever order they came in: an email may bounce or be
-- complained about after it was delivered, and what was delivered was not lost on the way.
create or replace function delivery_rank(d delivery) returns integer language sql immutable parallel safe as $$
  select case d when 'deferred' then 1 when 'undelivered' then 2 when 'delivered' then 3 when 'bounced' then 4 when 'complained' then 5 else 0 end
$$;

create or replace function provider_events_are_final() returns trigger language plpgsql as $$
begin
  raise exception 'provider events are never changed or deleted' using errcode = 'restrict_violation';
end $$;

create or replace trigger provider_events_are_final before update or delete or truncate on provider_events
  for each statement execute function provider_events_are_final();
