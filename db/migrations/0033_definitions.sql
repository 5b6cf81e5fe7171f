-- Functions, triggers and views have one current text each from here on (db/ledger, db/definitions). Kept is which set of them was applied when,
-- by the number that grows with every change, with a hash of each text.
create table schema_definitions (
  number integer primary key,
  texts jsonb not null,
  applied_at timestamptz not null default now()
);
