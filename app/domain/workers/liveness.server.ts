import { hostname } from 'node:os';
import pg from 'pg';
import type { Logger } from 'pino';
import type { Database } from '#db/database.ts';
import { within } from '../within.ts';
import { buryWorker } from './bury-worker.server.ts';
import { endWorker, probeWorkers, reclaimWorker, registerWorker, releaseWorkerLock } from './worker-registry.server.ts';

/** ms between looks at oneself and the others. */
const BEAT_MS = 1_000;
/** A query on the lock's connection that takes longer means that the connection is lost. */
const BEAT_DEADLINE_MS = 2_000;
/** Whoever holds another's lock for so long takes it for dead: longer than a living worker takes to notice and stop claiming. */
const HOLD_MS = 5_000;

export interface Liveness {
  /** Of the `workers` table. */
  readonly id: number;
  /** Does the lock hold? Claims wait while it does not: others may be about to take over. */
  readonly alive: boolean;
  /** Resolves when the lock holds. @throws the signal's reason */
  whenAlive(signal: AbortSignal): Promise<void>;
  /** Others took this worker for dead: its jobs are theirs now, and it must start anew. */
  readonly buried: Promise<void>;
  /** @param how `stopped` signs off; `abandoned` leaves the rest to whoever finds the lock free */
  stop(how: 'stopped' | 'abandoned'): Promise<void>;
}

export interface LivenessOptions {
  url: string;
  db: Database;
  log: Logger;
  /** Graphile's id of the pool. */
  poolId: string;
  unknownGraceS: number;
}

/**
 * Keeps a worker's advisory lock on a direct connection of its own, and watches the others'. A killed process loses its lock at once (the
 * kernel closes its connections); one that is cut off loses it when PostgreSQL's keepalives find nobody, some seconds after it stopped
 * claiming by itself.
 */
export async function keepAlive({ url, db, log, poolId, unknownGraceS }: LivenessOptions): Promise<Liveness> {
  let client = await connect(url);
  const id = await registerWorker(client, poolId, hostname(), process.pid);
  let alive = true;
  let stopped = false;
  const waiting = new Set<() => void>();
  /** Locks of others that are ours, and since when. */
  const held = new Map<number, number>();
  let bury: () => void = () => {};
  const buried = new Promise<void>((resolve) => {
    bury = resolve;
  });

  function lose(error: unknown): void {
    if (!alive || stopped) return;
    alive = false;
    held.clear();
    log.warn({ err: error }, 'the worker lost its lock and claims nothing until it has it again');
    client.end().catch(() => {}); // it is broken already
  }

  async function regain(): Promise<void> {
    const next = await connect(url).catch(() => null);
    if (!next) return;
    if (await reclaimWorker(next, id).catch(() => null)) {
      client = next;
      alive = true;
      for (const resolve of waiting) resolve();
      waiting.clear();
      log.info('the worker has its lock again');
      return;
    }
    const { rows } = await next
      .query<{ ended: boolean }>('select ended_at is not null as ended from workers where id = $1', [id])
      .catch(() => ({ rows: [] }));
    await next.end().catch(() => {});
    if (rows[0]?.ended) bury();
  }

  async function lookAtOthers(): Promise<void> {
    for (const other of await within(BEAT_DEADLINE_MS, probeWorkers(client, id))) {
      if (!other.free) {
        held.delete(other.id);
        continue;
      }
      const since = held.get(other.id) ?? performance.now();
      if (held.has(other.id)) await releaseWorkerLock(client, other.id); // taken once more by the probe
      held.set(other.id, since);
      if (performance.now() - since < HOLD_MS) continue;
      const { jobs, claims } = await buryWorker(db, other.id, unknownGraceS);
      held.delete(other.id);
      await releaseWorkerLock(client, other.id);
      log.warn({ worker: other.id, jobs, claims }, 'took over from a worker that died');
    }
  }

  async function beat(): Promise<void> {
    try {
      if (!alive) await regain();
      else await within(BEAT_DEADLINE_MS, client.query('select 1'));
      if (alive) await lookAtOthers();
    } catch (error) {
      lose(error);
    }
    if (!stopped) timer = setTimeout(() => void beat(), BEAT_MS);
  }
  let timer = setTimeout(() => void beat(), BEAT_MS);
  client.on('error', lose);

  return {
    id,
    get alive() {
      return alive;
    },
    whenAlive(signal) {
      if (alive) return Promise.resolve();
      return new Promise((resolve, reject) => {
        waiting.add(resolve);
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
    },
    buried,
    async stop(how) {
      stopped = true;
      clearTimeout(timer);
      if (how === 'stopped')
        await endWorker(db.pool, id, how).catch((error: unknown) => log.warn({ err: error }, 'the worker could not sign off'));
      await client.end().catch(() => {});
    },
  };

  async function connect(connectionString: string): Promise<pg.Client> {
    const next = new pg.Client({
      connectionString,
      application_name: 'rollcall worker lock',
      keepAlive: true,
      keepAliveInitialDelayMillis: 1_000,
      connectionTimeoutMillis: BEAT_DEADLINE_MS,
    });
    next.on('error', (error) => {
      if (next === client) lose(error);
    });
    await next.connect();
    // So that PostgreSQL itself notices within seconds that this machine is gone.
    await next.query('set tcp_keepalives_idle = 2; set tcp_keepalives_interval = 1; set tcp_keepalives_count = 3');
    return next;
  }
}
