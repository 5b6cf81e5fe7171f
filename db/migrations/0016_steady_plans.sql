-- Up Migration

-- A campaign's row is written by every statement of its sending. With its texts elsewhere a new version is some hundred bytes instead of some
-- thousand, so that many fit beside each other and are cleared away in passing.
alter table campaigns set (toast_tuple_target = 128);

-- Analyzed while it is empty, the queue is taken for empty by the planner for as long as a campaign is sent, at half the speed and less. Without
-- that the planner goes by its size. Vacuumed without pauses, since it is small and everything waits for it.
alter table graphile_worker._private_jobs set (
  autovacuum_analyze_threshold = 2147483647, autovacuum_analyze_scale_factor = 100, autovacuum_vacuum_cost_delay = 0);
