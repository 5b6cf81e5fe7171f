-- Open pages learn at once that an access ended.

create or replace function tell_access(viewer text) returns void language sql as $$
  select pg_notify('rollcall_access', json_build_object('viewer', viewer)::text)
$$;

create or replace function key_revoked() returns trigger language plpgsql as $$
begin
  perform tell_access('key:' || new.id);
  return null;
end $$;

create or replace trigger key_revocations after update on api_keys for each row
  when (old.revoked_at is distinct from new.revoked_at or old.role is distinct from new.role)
  execute function key_revoked();

create or replace function session_ended() returns trigger language plpgsql as $$
begin
  perform tell_access(old.user_id::text);
  return null;
end $$;

create or replace trigger session_ends after delete on app_sessions for each row execute function session_ended();

create or replace function user_access_changed() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' or (new.banned and old.banned is distinct from true) then
    update api_keys set revoked_at = now() where owner_id = old.id and revoked_at is null;
  end if;
  perform tell_access(old.id::text);
  return case when tg_op = 'DELETE' then old else new end;
end $$;

create or replace trigger user_access_changes before update on app_users for each row
  when (old.role is distinct from new.role or old.banned is distinct from new.banned)
  execute function user_access_changed();

create or replace trigger user_access_ends before delete on app_users for each row execute function user_access_changed();

create or replace function permissions_withheld() returns trigger language plpgsql as $$
begin
  -- Nobody by name: everybody is looked at.
  perform tell_access(null);
  return null;
end $$;

create or replace trigger permissions_withheld after insert or update or delete on withheld_permissions for each statement
  execute function permissions_withheld();
