-- Up Migration
set local lock_timeout = '500ms';

-- How a session began: whoever came through the company's provider was asked for a second factor there, or not, as the company has it.
alter table app_sessions add column via text not null default 'password' check (via in ('password', 'oidc'));

-- One account for each person of the provider, also where two sign-ins come at once. The id is the issuer, a space, and the subject.
create unique index app_accounts_oidc on app_accounts (account_id) where provider_id = 'oidc';

-- Where passwords are switched off: one that was set at the machine itself opens its account for a while.
create table emergency_passwords (
  user_id uuid primary key references app_users (id) on delete cascade,
  until timestamptz not null
);
comment on table emergency_passwords is 'Whose password signs in although passwords are switched off, after npm run reset-password.';
