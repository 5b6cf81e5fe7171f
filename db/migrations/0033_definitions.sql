-- Functions, triggers and views have one current text each from here on (db/ledger, db/definitions). Kept is which set of them was applied when:
-- the last one is the current one, and one from before it belongs to an older version.
create table schema_definitions (
  id integer generated always as identity primary key,
  hash text not null unique,
  texts jsonb not null,
  applied_at timestamptz not null default now()
);
