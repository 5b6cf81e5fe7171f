-- Up Migration

-- Whoever reads the database cannot sign in with what stands there: of a session's token it keeps the hash. Open sessions go on, since browsers
-- have the token itself.
update app_sessions set token = encode(sha256(convert_to(token, 'UTF8')), 'hex');
comment on column app_sessions.token is 'SHA-256 of the token in the cookie, in hex.';
comment on column app_sessions.updated_at is 'When it was used last, to the minute.';

create table session_limits (
  one boolean primary key default true check (one),
  idle_hours integer not null check (idle_hours between 1 and 720),
  longest_days integer not null check (longest_days between 1 and 90)
);
comment on table session_limits is 'When a session ends: so long without use, and so long after it began.';
insert into session_limits (idle_hours, longest_days) values (12, 30);
