import type { ClientBase, Pool } from 'pg';

/** First key of the workers' advisory locks; the second is the worker's id. */
const ADVISORY_CLASS = 0x526f6c6c;

/** Takes the lock of a new worker on this connection and then registers it: a row whose lock is free is a worker that is gone. */
export async function registerWorker(client: ClientBase, poolId: string, host: string, pid: number): Promise<number> {
  const { rows } = await client.query<{ id: number }>(`select nextval(pg_get_serial_sequence('workers', 'id'))::integer as id`);
  const id = rows[0]?.id as number;
  await client.query('select pg_advisory_lock($1, $2)', [ADVISORY_CLASS, id]);
  await client.query('insert into workers (id, pool_id, host, pid) overriding system value values ($1, $2, $3, $4)', [
    id,
    poolId,
    host,
    pid,
  ]);
  return id;
}

/** Takes the lock again on a new connection. False: others took the worker for dead, or are about to. */
export async function reclaimWorker(client: ClientBase, id: number): Promise<boolean> {
  const { rows } = await client.query<{ mine: boolean }>(
    'select pg_try_advisory_lock($1, $2) and exists (select from workers where id = $2 and ended_at is null) as mine',
    [ADVISORY_CLASS, id],
  );
  return rows[0]?.mine ?? false;
}

/** The ids of other workers that ought to run, with whether their lock was free: it is ours then. */
export async function probeWorkers(client: ClientBase, own: number): Promise<{ id: number; free: boolean }[]> {
  const { rows } = await client.query<{ id: number; free: boolean }>(
    `select id, pg_try_advisory_lock($1, id) as free from (select id from workers where ended_at is null and id <> $2 order by id offset 0) others`,
    [ADVISORY_CLASS, own],
  );
  return rows;
}

export async function releaseWorkerLock(client: ClientBase, id: number): Promise<void> {
  await client.query('select pg_advisory_unlock($1, $2)', [ADVISORY_CLASS, id]);
}

export async function endWorker(client: ClientBase | Pool, id: number, how: 'stopped' | 'died'): Promise<void> {
  await client.query('update workers set ended_at = now(), ended_how = $2 where id = $1 and ended_at is null', [id, how]);
}

/**
 * Frees the jobs that a pool left locked, and the named queues that it held for them: one queue's jobs wait for its lock, up to four hours. Graphile counted an attempt when it took them; a crash must not use one up, so it is given
 * back. Retries keep their time (by the trigger on lock releases).
 *
 * @returns how many jobs
 */
export async function freeJobsOfWorker(pool: Pool, id: number): Promise<number> {
  await pool.query(
    `update graphile_worker._private_job_queues q set locked_at = null, locked_by = null
     from workers w where w.id = $1 and q.locked_by = w.pool_id`,
    [id],
  );
  const { rowCount } = await pool.query(
    `update graphile_worker._private_jobs j set locked_at = null, locked_by = null, attempts = greatest(j.attempts - 1, 0)
     from workers w where w.id = $1 and j.locked_by = w.pool_id`,
    [id],
  );
  return rowCount ?? 0;
}
