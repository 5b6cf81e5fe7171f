-- Imports that any tab can see while they run; rejected rows with all their columns, so that they can be corrected and imported again.
create table import_runs (
  id bigint generated always as identity primary key,
  campaign_id bigint not null references campaigns (id) on delete cascade,
  file_name text,
  state text not null default 'reading' check (state in ('reading', 'saving', 'failed')),
  rows integer not null default 0,
  stop boolean not null default false,
  message text,
  started_by text,
  started_at timestamptz not null default now(),
  seen_at timestamptz not null default now()
);
create index import_runs_of_campaign on import_runs (campaign_id, id);

alter table imports add column columns jsonb, add column left_out integer not null default 0;
alter table import_rejects add column variables jsonb, add column advice text;
