-- Up Migration

-- Sessions that are there when this runs may be held by browsers under the cookie's former name; none that begins later is.
alter table app_sessions add column former_cookie boolean not null default true;
alter table app_sessions alter column former_cookie set default false;
comment on column app_sessions.former_cookie is 'Its cookie may have the former name (__Secure-…), under which none is believed that began later.';
