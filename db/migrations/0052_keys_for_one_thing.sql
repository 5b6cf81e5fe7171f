-- Up Migration
set local lock_timeout = '500ms';

-- A key may be for some of what its role may, for one campaign or channel, and for a time. Keys of before stay as they are.
alter table api_keys
  add column scopes text[] constraint api_keys_scopes_check check (scopes <@ array['read', 'send', 'support', 'admin'] and cardinality(scopes) > 0),
  -- No reference: a key whose campaign is deleted opens nothing, and must not open everything.
  add column campaign_id bigint,
  add column channel channel,
  add column expires_at timestamptz,
  add column last_used_address text constraint api_keys_last_used_address_check check (length(last_used_address) <= 64),
  add constraint api_keys_one_limit check (campaign_id is null or channel is null);
comment on column api_keys.scopes is 'What it is for, within its role; null: all that its role may.';
comment on column api_keys.campaign_id is 'The one campaign that it is for; null: all.';
comment on column api_keys.channel is 'The one channel whose campaigns it is for; null: both.';

do $$
declare
  former text := (select pg_get_constraintdef(oid) from pg_constraint where conname = 'alerts_type_check');
begin
  alter table alerts drop constraint alerts_type_check;
  execute 'alter table alerts add constraint alerts_type_check ' || replace(former, '])', ', ''key.ending''::text])');
end $$;
