-- Up Migration

-- What somebody has besides their password: an app on their phone that shows codes (TOTP, RFC 6238).
create table second_factors (
  user_id uuid primary key references app_users (id) on delete cascade,
  -- Encrypted. Null until it was confirmed with a first code.
  seed text,
  set_up_at timestamptz,
  -- The time step of the last code that was used: neither it nor one before it is taken again.
  last_step bigint not null default 0,
  -- One that is being set up, beside or instead of the one before.
  next_seed text,
  next_at timestamptz,
  constraint set_up_with_seed check ((seed is null) = (set_up_at is null)),
  constraint begun_with_seed check ((next_seed is null) = (next_at is null))
);
comment on table second_factors is 'Who is asked for a code after the password.';

create table recovery_codes (
  user_id uuid not null references second_factors (user_id) on delete cascade,
  hash bytea not null check (length(hash) = 32),
  primary key (user_id, hash)
);
comment on table recovery_codes is 'SHA-256 of what opens the second step once, when the phone is gone. A used one is deleted.';

create table second_factor_roles (
  role text primary key check (role in ('admin', 'marketer', 'support', 'analyst'))
);
comment on table second_factor_roles is 'Whoever has one of these roles must have a second factor.';
