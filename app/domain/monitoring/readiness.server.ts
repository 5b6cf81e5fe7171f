import type { Pool } from 'pg';
import { type Trouble, troubleOf } from '#db/trouble.ts';
import { takesWrites } from './takes-writes.server.ts';

export interface Readiness {
  checks: Record<'database' | 'queue' | 'listener' | 'writes', boolean>;
  /** What is wrong, where PostgreSQL said so: a full disk, no connection left. */
  trouble?: Trouble;
}

/** Can this process serve: is the database there, does it take writes, is the queue installed and the listener connected? Never throws. */
export async function readiness(pool: Pool, listener: boolean): Promise<Readiness> {
  try {
    const { rows } = await pool.query<{ queue: boolean }>(`select to_regclass('graphile_worker._private_jobs') is not null as queue`);
    const checks = { database: true, queue: rows[0]?.queue ?? false, listener };
    try {
      const writes = await takesWrites(pool);
      return { checks: { ...checks, writes }, ...(!writes && { trouble: 'read_only' as const }) };
    } catch (error) {
      return withTrouble({ ...checks, writes: false }, error);
    }
  } catch (error) {
    return withTrouble({ database: false, queue: false, listener, writes: false }, error);
  }
}

function withTrouble(checks: Readiness['checks'], error: unknown): Readiness {
  const trouble = troubleOf(error);
  return { checks, ...(trouble && { trouble }) };
}
