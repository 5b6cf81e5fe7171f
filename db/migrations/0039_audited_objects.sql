set local lock_timeout = '500ms';

-- What is gathered of one object is written as soon as something else is done to it.
alter table audit_gathered add column object text not null default '';
create index audit_gathered_by_object on audit_gathered (object);

-- Marks of addresses are made with it.
insert into app_secrets (name, value) values ('audit', gen_random_uuid()::text || gen_random_uuid()::text) on conflict (name) do nothing;
