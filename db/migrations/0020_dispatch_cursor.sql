-- Up Migration

-- The top-up goes on behind this recipient, and begins again from the first when it finds no more.
alter table campaigns add column dispatch_after bigint not null default 0;
