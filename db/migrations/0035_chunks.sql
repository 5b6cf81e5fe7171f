set local lock_timeout = '500ms';

-- A worker's queue has a pool for each channel, so that one that waits takes no place from the other or from housekeeping.
alter table workers add column pool_ids text[] not null default '{}';

-- First sends are claimed in chunks by a few jobs a campaign: see docs/decisions. Who is queued has a job of their own and keeps it. Workers ask for
-- the chunks of what is being sent when they start.
delete from graphile_worker._private_jobs j using graphile_worker._private_tasks t
where t.id = j.task_id and t.identifier = 'dispatch_campaign' and j.locked_at is null;
