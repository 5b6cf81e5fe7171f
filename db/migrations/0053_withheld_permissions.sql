-- Up Migration

create table withheld_permissions (
  role text not null check (role in ('marketer', 'support', 'analyst')),
  permission text not null check (permission in ('people:read', 'people:export')),
  primary key (role, permission)
);
comment on table withheld_permissions is 'What an administrator took from a role; without a row it may what app/domain/access/roles.ts says.';
