-- Up Migration

-- One-time links: an invitation, which becomes an account, or a way to another password for an account that exists. Of the secret in the link
-- only its hash is kept.
create table access_links (
  id bigint generated always as identity primary key,
  kind text not null check (kind in ('invitation', 'reset')),
  hash bytea not null unique check (length(hash) = 32),
  email text not null,
  name text not null,
  role text check (role in ('admin', 'marketer', 'support', 'analyst')),
  user_id uuid references app_users (id) on delete cascade,
  created_by text,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz,
  revoked_at timestamptz,
  constraint invites_or_resets check ((kind = 'invitation') = (role is not null) and (kind = 'reset') = (user_id is not null))
);
comment on table access_links is 'One-time links to an own password: invitations and resets. Kept for 30 days after their end.';
-- One invitation of an address at a time: another one takes its place.
create unique index access_links_invited on access_links (email) where kind = 'invitation' and used_at is null and revoked_at is null;
create index access_links_user_id_idx on access_links (user_id);
