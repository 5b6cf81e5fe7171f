import type { Pool, PoolClient } from 'pg';

/**
 * A process that was frozen in the middle of a transaction would keep everybody waiting for its locks. PostgreSQL ends the connection of one
 * that asks nothing for so long.
 * What is written together is as large as a list may be, so it has no limit of time of its own (see PoolOptions.statementMs).
 */
const BEGIN = `begin; set local idle_in_transaction_session_timeout = '10s'; set local statement_timeout = 0`;

/** Runs `work` in one transaction on one connection; anything it throws rolls back and is thrown on. */
export const inTransaction = <T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> => run(pool, BEGIN, work);

/** Runs reads that have to agree with each other: all of them see the database as it was at one moment. */
export const inSnapshot = <T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> =>
  run(pool, `begin isolation level repeatable read read only; set local idle_in_transaction_session_timeout = '10s'`, work);

async function run<T>(pool: Pool, begin: string, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query(begin);
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch((rollbackError: Error) => {
      broken = rollbackError;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}
