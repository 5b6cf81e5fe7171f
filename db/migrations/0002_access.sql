-- Up Migration

-- Who may come in: people with sessions (the four app_ tables belong to better-auth; a test compares them with what it expects),
-- programs with API keys, and what is remembered about their calls.

create table app_users (
  id uuid primary key default pg_catalog.gen_random_uuid(),
  name text not null,
  email text not null unique,
  email_verified boolean not null,
  image text,
  created_at timestamptz not null default current_timestamp,
  updated_at timestamptz not null default current_timestamp,
  role text,
  banned boolean,
  ban_reason text,
  ban_expires timestamptz
);

create table app_sessions (
  id uuid primary key default pg_catalog.gen_random_uuid(),
  expires_at timestamptz not null,
  token text not null unique,
  created_at timestamptz not null default current_timestamp,
  updated_at timestamptz not null,
  ip_address text,
  user_agent text,
  user_id uuid not null references app_users on delete cascade,
  impersonated_by text
);
create index app_sessions_user_id_idx on app_sessions (user_id);

create table app_accounts (
  id uuid primary key default pg_catalog.gen_random_uuid(),
  account_id text not null,
  provider_id text not null,
  user_id uuid not null references app_users on delete cascade,
  access_token text,
  refresh_token text,
  id_token text,
  access_token_expires_at timestamptz,
  refresh_token_expires_at timestamptz,
  scope text,
  password text,
  created_at timestamptz not null default current_timestamp,
  updated_at timestamptz not null
);
create index app_accounts_user_id_idx on app_accounts (user_id);

create table app_verifications (
  id uuid primary key default pg_catalog.gen_random_uuid(),
  identifier text not null,
  value text not null,
  expires_at timestamptz not null,
  created_at timestamptz not null default current_timestamp,
  updated_at timestamptz not null default current_timestamp
);
create index app_verifications_identifier_idx on app_verifications (identifier);

-- Generated once, so that every process has the same (the key that signs sessions, for one).
create table app_secrets (
  name text primary key,
  value text not null,
  created_at timestamptz not null default now()
);

-- Failed sign-ins in a row, per hashed account and address; shaped by rate-limiter-flexible.
create table sign_in_failures (
  key varchar(255) primary key,
  points integer not null default 0,
  expire bigint
);

create table api_keys (
  id bigint generated always as identity primary key,
  name text not null check (length(name) between 1 and 200),
  -- SHA-256 of the key; the key itself is shown once and kept nowhere.
  hash bytea not null unique check (length(hash) = 32),
  role text not null check (role in ('admin', 'marketer', 'support', 'analyst')),
  created_by text,
  created_at timestamptz not null default now(),
  -- To the minute at most.
  last_used_at timestamptz,
  revoked_at timestamptz
);

-- First answers of POST calls, for replays. Kept for 24 hours.
create table idempotency_keys (
  viewer_id text not null,
  route text not null,
  key text not null check (length(key) between 1 and 255),
  request_hash bytea,
  created_at timestamptz not null default now(),
  -- While the first call runs it moves this on; past it the call is taken for dead and the key is free.
  running_until timestamptz,
  status smallint,
  content_type text,
  body text,
  primary key (viewer_id, route, key),
  constraint runs_or_answered check ((running_until is null) = (status is not null))
);
create index idempotency_keys_by_age on idempotency_keys (created_at);
