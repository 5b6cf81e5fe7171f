import type { Pool } from 'pg';

/** Is the trigger on Graphile's job table there that brings retries to the ledger's time? Without it its own, slower delay holds. */
export async function retryTriggerExists(pool: Pool): Promise<boolean> {
  const { rowCount } = await pool.query(
    `select from pg_trigger where tgrelid = to_regclass('graphile_worker._private_jobs') and tgname = 'rollcall_retry_on_time'`,
  );
  return Boolean(rowCount);
}
