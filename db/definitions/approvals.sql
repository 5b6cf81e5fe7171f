-- Four eyes: which campaigns wait for somebody else, what was approved, and that nothing else goes out. See docs/approval.md.

-- A time as JSON has it.
create or replace function utc_text(at timestamptz) returns text language sql stable as $$
  select to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$$;

-- The person behind a viewer's id, whose keys are theirs; a key that nobody owns stands for itself.
create or replace function person_of(viewer text) returns text language sql stable as $$
  select case when viewer like 'key:%'
    then coalesce((select owner_id::text from api_keys where id::text = substr(viewer, 5)), viewer) else nullif(viewer, '') end
$$;

-- By which roles somebody acts: a key by its own and by its owner's. None where nobody knows, as of a key whose owner is gone.
create or replace function roles_of(viewer text) returns text[] language sql stable as $$
  select array(select role from api_keys where viewer like 'key:%' and id::text = substr(viewer, 5) and (owner_id is not null or revoked_at is null)
    union select role from app_users where id::text = person_of(viewer) and role is not null)
$$;

-- As app/domain/access/roles.ts has it (`campaigns:approve`); a test compares them.
create or replace function may_approve(role text) returns boolean language sql immutable as $$
  select coalesce(role in ('admin', 'marketer'), false)
$$;

-- Is it somebody with an account that works, who may approve?
create or replace function is_approver(person text) returns boolean language sql stable as $$
  select exists (select from app_users where id::text = person and banned is not true and may_approve(role))
$$;

-- Why a campaign to so many waits; null: it does not.
create or replace function approval_why(people integer) returns jsonb language sql stable as $$
  select case when people > more_than then jsonb_build_object('people', more_than)
    when cardinality(roles) > 0 then jsonb_build_object('roles', roles) end from approval_rule
$$;

-- Does it wait when this person or key sends it? Of whom nobody knows who it is, one of those roles is assumed.
create or replace function approval_needed(people integer, person text) returns boolean language sql stable as $$
  select coalesce(people > more_than, false) or (cardinality(roles) > 0 and (roles_of(person) && roles or roles_of(person) = '{}'))
  from approval_rule
$$;

-- Everything that goes out and to whom, by hash: whatever raises the revision is part of it, and each recipient with what they are to get.
create or replace function campaign_hash(c campaigns) returns text language sql stable as $$
  select encode(sha256(convert_to(jsonb_strip_nulls(to_jsonb(c) - campaign_bookkeeping())::text, 'UTF8') || coalesce(
    (select sha256(string_agg(sha256(convert_to(jsonb_build_array(address, variables)::text, 'UTF8')), ''::bytea order by id))
      from recipients where campaign_id = c.id), '')), 'hex')
$$;

-- Is exactly this approved, until then, by somebody who still may?
create or replace function approval_holds(c campaigns, due timestamptz) returns boolean language sql stable as $$
  select coalesce(c.approval ->> 'state' = 'approved' and due <= (c.approval ->> 'valid_until')::timestamptz
    and is_approver(c.approval ->> 'approved_by_id') and c.approval ->> 'hash' = campaign_hash(c), false)
$$;

-- The one gate, whoever knocks: page, API, command, job.
create or replace function campaign_needs_approval() returns trigger language plpgsql as $$
declare
  -- At its time nobody is there: it goes out in the name of who scheduled it, and by their key's role, too.
  viewer text := coalesce(nullif(current_setting('rollcall.person', true), ''), case when old.status = 'SCHEDULED' then old.sent_by_id end);
  due timestamptz := case
    when new.status = 'SCHEDULED' then new.scheduled_at
    -- A worker may be a little late.
    when old.status = 'SCHEDULED' then now() - interval '1 hour'
    else now() end;
begin
  new.sent_by_id := viewer;
  if approval_needed(new.total, viewer) and not approval_holds(new, due) then
    raise exception 'campaign % needs an approval', new.id using errcode = 'check_violation', constraint = 'campaign_approval';
  end if;
  return new;
end $$;

create or replace trigger campaign_needs_approval before update on campaigns for each row
  when (old.status <> new.status and old.status in ('DRAFT', 'SCHEDULED') and new.status not in ('DRAFT', 'CANCELLED'))
  execute function campaign_needs_approval();

-- What leaves without the approval that was asked for needs none: nothing is left to decide.
create or replace function approval_left() returns trigger language plpgsql as $$
begin
  new.approval := withdrawn(new.approval, case new.status when 'CANCELLED' then 'cancelled' else 'not_needed' end,
    nullif(current_setting('rollcall.actor', true), ''), person_of(current_setting('rollcall.person', true)), null);
  return new;
end $$;

create or replace trigger approval_left before update on campaigns for each row
  when (old.status <> new.status and old.status in ('DRAFT', 'SCHEDULED') and new.status <> 'DRAFT' and new.approval ->> 'state' = 'waiting')
  execute function approval_left();

-- Whoever makes a campaign, and those whose campaign it is a copy of, have had their hands in it.
create or replace function campaign_made() returns trigger language plpgsql as $$
begin
  insert into campaign_editors (campaign_id, person)
  select new.id, person from (
    select person_of(current_setting('rollcall.person', true)) as person
    union select person from campaign_editors where campaign_id = new.cloned_from) them
  where person is not null;
  return null;
end $$;

create or replace trigger campaign_made after insert on campaigns for each row execute function campaign_made();

-- What becomes of an approval is told in the activity, to whom it concerns in the product, and to programs.
create or replace function approval_changed() returns trigger language plpgsql as $$
declare
  now_is jsonb := new.approval;
  word text := case now_is ->> 'state' when 'waiting' then 'approval_requested' when 'withdrawn' then 'approval_withdrawn' else now_is ->> 'state' end;
  told bigint;
begin
  insert into campaign_events (campaign_id, kind, actor, details)
  values (new.id, word, nullif(case now_is ->> 'state' when 'waiting' then now_is ->> 'asked_by' when 'approved' then now_is ->> 'approved_by'
      when 'declined' then now_is ->> 'declined_by' else now_is ->> 'withdrawn_by' end, ''),
    jsonb_strip_nulls(jsonb_build_object('people', now_is -> 'people', 'reason', now_is ->> 'note', 'why', now_is ->> 'withdrawn_why',
      'fields', case when now_is ->> 'state' = 'withdrawn' then now_is -> 'fields' end, 'hash', now_is ->> 'hash',
      'name', now_is ->> 'approved_by', 'valid_until', now_is ->> 'valid_until')))
  returning id into told;
  -- Who takes it back, or changes what they asked for, knows.
  if now_is ->> 'state' <> 'withdrawn' or now_is ->> 'withdrawn_by_id' is distinct from now_is ->> 'asked_by_id' then
    insert into alerts (key, type, campaign_id, round, data)
    values ('campaign ' || new.id || ' event ' || told, 'campaign.' || word, new.id, new.retry_count,
      jsonb_build_object('campaign', to_jsonb(new) - '{html,text}'::text[]));
  end if;
  return null;
end $$;

create or replace trigger approval_changed after update on campaigns for each row
  when (new.approval is not null and old.approval is distinct from new.approval) execute function approval_changed();

-- Takes back what was asked for or given, with the reason.
create or replace function withdrawn(approval jsonb, why text, by text, by_id text, fields text[]) returns jsonb language sql stable as $$
  select approval || jsonb_build_object('state', 'withdrawn', 'withdrawn_at', utc_text(now()),
    'withdrawn_why', why, 'withdrawn_by', by, 'withdrawn_by_id', by_id, 'fields', to_jsonb(fields))
$$;

-- The time of a scheduled campaign came, and it may not go: what its approval is then, also where nobody had asked for one.
create or replace function withdrawn_missed(c campaigns) returns jsonb language sql stable as $$
  select withdrawn(
    coalesce(c.approval, jsonb_build_object('hash', campaign_hash(c), 'revision', c.revision, 'people', c.total, 'sender', c.sender,
      'asked_by', coalesce((select actor from campaign_events where campaign_id = c.id and kind = 'scheduled' order by id desc limit 1), 'Rollcall'),
      'asked_by_id', person_of(c.sent_by_id), 'asked_as', c.sent_by_id, 'asked_at', utc_text(now()), 'scheduled_at', utc_text(coalesce(c.scheduled_at, c.planned_at)),
      'time_zone', coalesce(c.time_zone, c.planned_time_zone), 'send', false)),
    case when c.approval ->> 'state' is distinct from 'approved' then 'time'
      when not is_approver(c.approval ->> 'approved_by_id') then 'approver'
      when (c.approval ->> 'valid_until')::timestamptz < now() - interval '1 hour' then 'expired' else 'changed' end,
    null, null, null)
$$;

-- Who was disabled, deleted or got another role has approved nothing that has not gone out yet.
create or replace function approver_gone() returns trigger language plpgsql as $$
declare
  campaign bigint;
begin
  for campaign in
    select id from campaigns
    where approval ->> 'state' = 'approved' and approval ->> 'approved_by_id' = old.id::text and status in ('DRAFT', 'SCHEDULED')
      and not is_approver(old.id::text)
    order by id for no key update
  loop
    update campaigns set approval = withdrawn(approval, 'approver', null, null, null) where id = campaign;
  end loop;
  return null;
end $$;

create or replace trigger approver_changes after update on app_users for each row
  when (old.role is distinct from new.role or old.banned is distinct from new.banned) execute function approver_gone();
create or replace trigger approver_ends after delete on app_users for each row execute function approver_gone();
