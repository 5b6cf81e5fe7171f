-- The audit log: rows are chained when their transaction commits, and stay as they are.

-- What a row's hash is made of, after the hash of the row before and a line break: docs/audit.md tells it to programs of others.
create or replace function audit_text(entry audit_log) returns text language sql stable as $$
  select json_build_array(
    entry.seq::text, to_char(entry.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    entry.actor_kind, entry.actor_id, entry.actor_name, entry.actor_email, entry.door, entry.address, entry.device,
    entry.action, entry.outcome, entry.reason, entry.object_type, entry.object_id, entry.object_name,
    entry.before::text, entry.after::text, entry.times::text
  )::text
$$;

-- Runs at the commit, so that the row of audit_head is held for as long as a commit takes and not for that of an import.
create or replace function audit_seal() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare
  head audit_head;
  entry audit_log;
begin
  select * into strict head from audit_head for update;
  entry := new;
  entry.seq := head.seq + 1;
  entry.at := clock_timestamp();
  entry.previous := head.hash;
  entry.hash := encode(sha256(convert_to(head.hash || E'\n' || audit_text(entry), 'UTF8')), 'hex');
  update audit_log set seq = entry.seq, at = entry.at, previous = entry.previous, hash = entry.hash where id = entry.id;
  update audit_head set seq = entry.seq, hash = entry.hash;
  return null;
end $$;

-- A row changes once, when it is chained. It goes only once the anchor stands at it or behind it: see audit_cut.
create or replace function audit_guard() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    if new.seq is null and new.hash is null and new.previous is null and new.at is null then return new; end if;
    raise exception 'rows of the audit log are numbered and chained by the database' using errcode = 'insufficient_privilege';
  end if;
  if tg_op = 'UPDATE' then
    if old.hash is null and to_jsonb(new) - array['seq', 'at', 'previous', 'hash'] = to_jsonb(old) - array['seq', 'at', 'previous', 'hash'] then
      return new;
    end if;
  elsif tg_op = 'DELETE' then
    if old.seq <= (select seq from audit_anchor) then return old; end if;
  end if;
  raise exception 'the audit log is only added to' using errcode = 'insufficient_privilege';
end $$;

-- Takes off what is older, at most so many rows at a time, and says so in the log. What is left begins after the anchor.
create or replace function audit_cut(older_than timestamptz, most integer) returns bigint
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  anchor audit_anchor;
  last audit_log;
begin
  select * into strict anchor from audit_anchor for update;
  -- The oldest that is to stay, and the one before it.
  select * into last from audit_log where seq < coalesce(
      (select min(seq) from audit_log where at >= older_than), (select seq from audit_head))
    and seq <= anchor.seq + most order by seq desc limit 1;
  if last.seq is null then return 0; end if;
  update audit_anchor set seq = last.seq, hash = last.hash, at = last.at;
  delete from audit_log where seq <= last.seq;
  insert into audit_log (actor_kind, actor_name, door, action, outcome, object_type, before, after, times)
  values ('system', 'Rollcall', 'worker', 'audit.cut', 'done', 'audit', null,
    json_build_object('seq', last.seq, 'hash', last.hash, 'at', to_char(last.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')), last.seq - anchor.seq);
  return last.seq - anchor.seq;
end $$;

do $$ begin
  if not exists (select from pg_trigger where tgrelid = 'audit_log'::regclass and tgname = 'audit_seals') then
    create constraint trigger audit_seals after insert on audit_log deferrable initially deferred for each row execute function audit_seal();
    create trigger audit_guards before insert or update or delete on audit_log for each row execute function audit_guard();
    create trigger audit_stays before truncate on audit_log for each statement execute function audit_guard();
    -- Also for a session that says it only replays what others did.
    alter table audit_log enable always trigger audit_seals, enable always trigger audit_guards, enable always trigger audit_stays;
  end if;
end $$;
