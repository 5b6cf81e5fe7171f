-- Keys of providers that are set in the settings and not in the environment.
create table provider_keys (
  channel channel primary key,
  sealed text not null check (sealed like 'sealed:%'),
  sender text,
  saved_at timestamptz not null default now(),
  saved_by text
);
comment on table provider_keys is 'Keys of providers that are set in the settings. What the environment sets comes before them.';
comment on column provider_keys.sealed is 'The secrets as JSON, encrypted with SECRETS_KEY; never in the clear.';
comment on column provider_keys.sender is 'Who sends where a campaign names nobody.';

-- Every process reads them anew when they have changed; what changed is not told.
create function provider_keys_changed() returns trigger language plpgsql as $$
begin
  perform pg_notify('rollcall_providers', '{}');
  return null;
end $$;
create trigger provider_keys_change after insert or update or delete on provider_keys for each statement execute function provider_keys_changed();
