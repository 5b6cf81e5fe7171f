-- Access that ends is told in the transaction that ends it, so that open connections end within a second; and a person's keys end with them.

alter table api_keys add column owner_id uuid references app_users (id) on delete set null;
comment on column api_keys.owner_id is 'Who made the key: it is revoked when they are disabled or removed. Null for the first key, which nobody made.';

-- Keys of before name their maker only by label; where two people have it, nobody is meant.
update api_keys k set owner_id = u.id
from app_users u
where k.created_by is not null and k.created_by in (u.name, u.email)
  and (select count(*) from app_users o where k.created_by in (o.name, o.email)) = 1;
update api_keys k set revoked_at = now()
from app_users u
where u.id = k.owner_id and u.banned and k.revoked_at is null;

create index api_keys_owner_id_idx on api_keys (owner_id);

create function tell_access(viewer text) returns void language sql as $$
  select pg_notify('rollcall_access', json_build_object('viewer', viewer)::text)
$$;

create function user_access_changed() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' or (new.banned and old.banned is distinct from true) then
    update api_keys set revoked_at = now() where owner_id = old.id and revoked_at is null;
  end if;
  perform tell_access(old.id::text);
  return case when tg_op = 'DELETE' then old else new end;
end $$;
create trigger user_access_changes before update on app_users for each row
  when (old.role is distinct from new.role or old.banned is distinct from new.banned)
  execute function user_access_changed();
create trigger user_access_ends before delete on app_users for each row execute function user_access_changed();

create function session_ended() returns trigger language plpgsql as $$
begin
  perform tell_access(old.user_id::text);
  return null;
end $$;
create trigger session_ends after delete on app_sessions for each row execute function session_ended();

create function key_revoked() returns trigger language plpgsql as $$
begin
  perform tell_access('key:' || new.id);
  return null;
end $$;
create trigger key_revocations after update on api_keys for each row
  when (old.revoked_at is distinct from new.revoked_at or old.role is distinct from new.role)
  execute function key_revoked();
