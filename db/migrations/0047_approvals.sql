set local lock_timeout = '500ms';

-- Which campaigns wait for somebody else: none, unless an administrator says so. See docs/approval.md.
create table approval_rule (
  one boolean primary key default true check (one),
  -- To more people than this.
  more_than integer check (more_than > 0),
  -- That people of these roles send.
  roles text[] not null default '{}' check (roles <@ array['admin', 'marketer', 'support', 'analyst'])
);
insert into approval_rule default values;

-- What was asked for and what became of it, as of now; what was before stands in the activity. Who sent or scheduled it: a person, or a key that nobody owns.
alter table campaigns
  add column approval jsonb check (approval ->> 'state' in ('waiting', 'approved', 'declined', 'withdrawn')),
  add column sent_by_id text check (length(sent_by_id) <= 100);
create index campaigns_waiting on campaigns (id) where approval ->> 'state' = 'waiting';

-- Who made or changed a campaign: none of them approves it.
create table campaign_editors (
  campaign_id bigint not null references campaigns (id) on delete cascade,
  person text not null check (length(person) <= 100),
  primary key (campaign_id, person)
);

do $$
declare
  c record;
begin
  for c in
    select conname, conrelid::regclass as of, pg_get_constraintdef(oid) as is,
      case conname
        when 'alerts_type_check' then array['campaign.approval_requested', 'campaign.approved', 'campaign.declined', 'campaign.approval_withdrawn', 'campaign.no_approver']
        else array['approval_requested', 'approved', 'declined', 'approval_withdrawn'] end as words
    from pg_constraint where conname in ('alerts_type_check', 'campaign_events_kind_check')
    union all
    select conname, conrelid::regclass, pg_get_constraintdef(oid), array['campaign.approval_requested', 'campaign.approved', 'campaign.declined']
    from pg_constraint where conname = 'webhook_endpoints_events_check'
  loop
    execute format('alter table %s drop constraint %I', c.of, c.conname);
    execute format('alter table %s add constraint %I %s not valid', c.of, c.conname,
      replace(c.is, '])', ', ' || (select string_agg(quote_literal(word) || '::text', ', ') from unnest(c.words) word) || '])'));
    execute format('alter table %s validate constraint %I', c.of, c.conname);
  end loop;
end $$;
