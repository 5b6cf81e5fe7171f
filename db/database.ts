import pg from 'pg';
import { noSeals, type Seals } from './seals.ts';

// Ids and counts are integers below 2^53 everywhere in Rollcall (contracts: "Ids are integers").
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

export interface Database {
  pool: pg.Pool;
  /** How the secrets that stand in it are read and written. */
  seals: Seals;
  /** Generated secrets by name, once they were read: whoever knows one goes on, also while another process encrypts them with another key. */
  secrets: Map<string, string>;
}

export interface PoolOptions {
  /** Connections at most. */
  max?: number;
  applicationName?: string;
  /**
   * For Graphile's own book-keeping. A commit does not wait for the disk: what PostgreSQL forgets in a crash, a job that was taken or done,
   * comes back, and the ledger knows that it is stale. Statements are planned each time, since the queue is empty now and large in a moment,
   * and walk along indexes only: a bitmap holds every dead entry since the last vacuum, where a plain walk marks them and passes.
   */
  queue?: boolean;
  /**
   * The URL leads to a transaction pooler, where every transaction may meet another connection: statements are prepared anew each time
   * instead of by name, ours and those of libraries. The rest of what a pooler forbids (LISTEN, session locks) uses the direct URL.
   */
  pooler?: boolean;
  /** ms after which PostgreSQL ends a statement (57014) that runs by itself. Transactions have none, unless they set one. Default: no limit. */
  statementMs?: number;
  /** Default: what it keeps stands in the clear. */
  seals?: Seals;
  onError?: (error: Error) => void;
}

class UnnamedClient extends pg.Client {
  // pg declares 8 overloads of this; only the first argument matters here, and only where it is a plain configuration with a name.
  override query = ((first: unknown, ...rest: unknown[]) => {
    const named = typeof first === 'object' && first !== null && 'name' in first && 'text' in first && !('submit' in first);
    return super.query(...([named ? { ...first, name: undefined } : first, ...rest] as Parameters<pg.Client['query']>));
  }) as pg.Client['query'];
}

/** Behind a pooler a limit cannot belong to a connection, so it belongs to a transaction around each statement. */
class LimitedPool extends pg.Pool {
  statementMs = 0;

  // Of pg's overloads those with a callback are not used with a pool of ours.
  override query = (async (...statement: unknown[]) => {
    const client = await this.connect();
    let broken: Error | undefined;
    try {
      await client.query(`begin; set local statement_timeout = ${this.statementMs}`);
      const result = await (client.query as (...all: unknown[]) => Promise<unknown>)(...statement);
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
  }) as pg.Pool['query'];
}

/**
 * Opens a pool that survives lost connections: errors of idle and of checked-out clients are reported, never thrown.
 * Call `database.pool.end()` to close it.
 */
export function openDatabase(
  url: string,
  {
    max = 10,
    applicationName = 'rollcall',
    queue = false,
    pooler = false,
    statementMs,
    seals = noSeals,
    onError = () => {},
  }: PoolOptions = {},
): Database {
  const limited = pooler && statementMs !== undefined;
  const pool = new (limited ? LimitedPool : pg.Pool)({
    ...(pooler && { Client: UnnamedClient }),
    ...(!pooler && statementMs !== undefined && { statement_timeout: statementMs }),
    connectionString: url,
    max,
    application_name: applicationName,
    ...(queue && {
      options: '-c synchronous_commit=off -c plan_cache_mode=force_custom_plan -c enable_bitmapscan=off -c enable_seqscan=off',
    }),
    keepAlive: true,
    keepAliveInitialDelayMillis: 5_000,
    connectionTimeoutMillis: 10_000,
  });
  if (pool instanceof LimitedPool) pool.statementMs = statementMs ?? 0;
  pool.on('error', onError);
  pool.on('connect', (client) => client.on('error', onError));
  return { pool, seals, secrets: new Map() };
}
