-- Up Migration

-- A worker process, for as long as it holds the advisory lock (advisory_class, id) on a connection of its own. Whoever can take that lock,
-- and hold it for some seconds, knows that the worker is gone.
create table workers (
  id integer generated always as identity primary key,
  -- Graphile's id of the pool, which its jobs are locked by.
  pool_id text not null unique,
  host text not null,
  pid integer not null,
  started_at timestamptz not null default now(),
  ended_at timestamptz,
  ended_how text check (ended_how in ('stopped', 'died')),
  constraint ended_has_how check ((ended_at is null) = (ended_how is null))
);
create index workers_running on workers (id) where ended_at is null;

alter table recipients add column claimed_by integer;

-- What the reconciler had to mend; on a healthy system it stays empty.
create table repairs (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  kind text not null,
  campaign_id bigint references campaigns on delete cascade,
  repaired integer not null check (repaired > 0),
  details jsonb not null default '{}'
);
create index repairs_by_time on repairs (at);

insert into graphile_worker._private_tasks (identifier) values ('reconcile') on conflict do nothing;
