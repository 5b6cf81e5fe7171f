set local lock_timeout = '500ms';

-- Who did what, on what, from where: docs/audit.md. Only ever added to; rows are numbered and chained when their transaction commits.
create table audit_log (
  id bigint generated always as identity primary key,
  -- Its place in the chain, without gaps; it has none only inside the transaction that writes it.
  seq bigint constraint audit_log_seq unique,
  at timestamptz,
  actor_kind text not null check (actor_kind in ('person', 'key', 'system', 'nobody')),
  actor_id text check (length(actor_id) <= 100),
  actor_name text check (length(actor_name) <= 200),
  actor_email text check (length(actor_email) <= 320),
  door text not null check (door in ('page', 'api', 'live', 'command', 'worker')),
  address text check (length(address) <= 64),
  device text check (length(device) <= 200),
  action text not null check (length(action) <= 60),
  outcome text not null check (outcome in ('done', 'refused')),
  reason text check (length(reason) <= 300),
  object_type text check (length(object_type) <= 40),
  object_id text check (length(object_id) <= 100),
  object_name text check (length(object_name) <= 300),
  -- Of what changed. The text is kept as it was written, since the hash is made of it.
  before json check (length(before::text) <= 20000),
  after json check (length(after::text) <= 20000),
  -- How often, where the same was gathered.
  times integer not null default 1 check (times > 0),
  previous text,
  hash text
);
create index audit_log_by_actor on audit_log (actor_id, seq desc);
create index audit_log_by_action on audit_log (action, seq desc);
create index audit_log_by_object on audit_log (object_type, object_id, seq desc);
create index audit_log_by_address on audit_log (address, seq desc);
create index audit_log_by_time on audit_log (at);

-- The last row, against a tail that is cut off, and whoever writes the next one waits here.
create table audit_head (
  one boolean primary key default true check (one),
  seq bigint not null,
  hash text not null
);
insert into audit_head (seq, hash) values (0, repeat('0', 64));

-- The last row that was cut off because it was old.
create table audit_anchor (
  one boolean primary key default true check (one),
  seq bigint not null,
  hash text not null,
  at timestamptz
);
insert into audit_anchor (seq, hash) values (0, repeat('0', 64));

-- Acts on one draft that are gathered, such as what is saved while somebody types.
create table audit_gathered (
  key text primary key,
  entry jsonb not null,
  times integer not null default 1,
  first_at timestamptz not null default now(),
  last_at timestamptz not null default now()
);

-- Up to where the log's lines were written.
create table audit_told (
  one boolean primary key default true check (one),
  seq bigint not null
);
insert into audit_told (seq) values (0);

revoke all on audit_log, audit_head, audit_anchor, audit_gathered, audit_told from public;
