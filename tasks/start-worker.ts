import { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { type Runner, run, type WorkerEvents } from 'graphile-worker';
import type { Env } from '#app/config/env.server.ts';
import type { Logger } from '#app/config/log.server.ts';
import { type AlertSender, createAlertSender } from '#app/domain/alerts/alert-sender.server.ts';
import type { Channel } from '#app/domain/channel.ts';
import { createEngine, SendAgainLater } from '#app/domain/sending/engine.server.ts';
import { type LedgerMemory, rememberLedger } from '#app/domain/workers/ledger-memory.server.ts';
import { keepAlive, type Liveness } from '#app/domain/workers/liveness.server.ts';
import { retryTriggerExists } from '#app/domain/workers/retry-trigger.server.ts';
import { freeJobsOfWorker } from '#app/domain/workers/worker-registry.server.ts';
import type { Provider } from '#app/providers/provider.ts';
import { type Database, openDatabase } from '#db/database.ts';
import { graphileLogger } from './graphile-logger.ts';
import { createTaskList, crontab } from './task-list.ts';

/** In flight at once where WORKER_CONCURRENCY does not say otherwise: 500 messages/s at 200 ms a call, or eight full calls that emails share. */
const concurrencyOf = ({ workerConcurrency, emailBatchSize }: Env) =>
  workerConcurrency ?? Math.min(Math.max(100, 8 * emailBatchSize), 2_000);
/** Graphile sees a due retry only when it polls, so this is part of the schedule's precision. */
const POLL_INTERVAL_MS = 100;
/** After SIGTERM calls in flight may take this long; then they are cut off, and their recipients are `unknown`. */
const SHUTDOWN_DEADLINE_MS = 8_000;
const RESTART_MS = { first: 200, most: 2_000 };

export interface WorkerOptions {
  env: Env;
  db: Database;
  log: Logger;
  providers: Record<Channel, Provider | null>;
}

export interface RunningWorker {
  concurrency: number;
  /** Takes no more jobs, lets those in flight end, gives back the rest. */
  stop(): Promise<void>;
}

type SessionOptions = WorkerOptions & { alertSender: AlertSender; memory: LedgerMemory };

/** One run of Graphile Worker with its registration; a lost connection to the database ends it, and another follows. */
interface Session {
  /** Settles when it can do no more work: Graphile gave up or lost a connection, or others took it for dead. */
  over: Promise<unknown>;
  stop(how: 'stopped' | 'abandoned'): Promise<void>;
}

/**
 * Starts Graphile Worker with our tasks, and starts it again whenever it gives up or loses a connection: of an answer that was lost it
 * never learns which jobs it had been given, and while PostgreSQL is starting it sleeps for up to two minutes between tries.
 * It has a pool of its own, so that its housekeeping never waits behind the ledger's statements.
 *
 * @throws where the schema lacks the trigger that keeps retries on time
 */
export async function startWorker(options: WorkerOptions): Promise<RunningWorker> {
  const { env, db, log } = options;
  if (!(await retryTriggerExists(db.pool))) {
    throw new Error(
      'The database is not migrated: the trigger that keeps retries on time is missing. Run `npm run migrate`, then start again.',
    );
  }
  const concurrency = concurrencyOf(env);
  const memory = await rememberLedger(db, env.dataDir, log);
  const alertSender = createAlertSender(env);
  const stopping = new AbortController();
  const deadline = new AbortController();
  let session: Session | null = await startSession({ ...options, alertSender, memory }, concurrency, deadline.signal);

  const supervised = (async () => {
    while (session) {
      await Promise.race([session.over, aborted(stopping.signal)]);
      if (stopping.signal.aborted) return;
      log.warn('the queue stopped and is started again');
      await session.stop('abandoned');
      session = await nextSession();
    }
  })();

  async function nextSession(): Promise<Session | null> {
    for (let pauseMs = RESTART_MS.first; !stopping.signal.aborted; pauseMs = Math.min(pauseMs * 2, RESTART_MS.most)) {
      try {
        return await startSession({ ...options, alertSender, memory }, concurrency, deadline.signal);
      } catch (error) {
        log.warn({ err: error }, 'the queue could not be started; trying again');
        await Promise.race([delay(pauseMs), aborted(stopping.signal)]);
      }
    }
    return null;
  }

  return {
    concurrency,
    async stop() {
      stopping.abort();
      await supervised;
      const cutOff = setTimeout(() => deadline.abort(), SHUTDOWN_DEADLINE_MS);
      // What could not be given back (the database is away) is found by whoever finds the lock free.
      await session?.stop('stopped').catch((error: unknown) => log.warn({ err: error }, 'the worker ended without giving back its jobs'));
      clearTimeout(cutOff);
      memory.stop();
      await alertSender.close();
    },
  };
}

async function startSession(
  { env, db, log, providers, alertSender, memory }: SessionOptions,
  concurrency: number,
  signal: AbortSignal,
): Promise<Session> {
  const events: WorkerEvents = new EventEmitter();
  const poolId = new Promise<string>((resolve) => events.once('pool:create', ({ workerPool }) => resolve(workerPool.id)));
  const liveness = poolId.then((id) => keepAlive({ url: env.databaseDirectUrl, db, log, poolId: id, unknownGraceS: env.unknownGraceS }));
  liveness.catch(() => {}); // whoever awaits it is told
  const over = new AbortController();
  const claims = AbortSignal.any([signal, over.signal]);

  const engine = createEngine({
    db,
    providers,
    unknownGraceS: env.unknownGraceS,
    baseUrl: env.baseUrl,
    rates: { email: env.emailRate, sms: env.smsRate },
    emailBatchSize: env.emailBatchSize,
    holdMaxS: env.holdMaxS,
    log,
    memory,
    signal,
    async mayClaim() {
      const lock = await liveness;
      claims.throwIfAborted();
      await lock.whenAlive(claims);
      return lock.id;
    },
  });
  const lost = Promise.withResolvers<void>();
  const { pool } = openDatabase(env.databaseDirectUrl, {
    max: 6,
    applicationName: 'rollcall queue',
    queue: true,
    onError: (error) => {
      log.warn({ err: error }, 'queue connection lost');
      lost.resolve();
    },
  });
  let runner: Runner | undefined;
  let lock: Liveness;
  try {
    runner = await run({
      pgPool: pool,
      taskList: createTaskList({ db, env, log, engine, alertSender }),
      crontab,
      noHandleSignals: true,
      logger: graphileLogger(log),
      events,
      preset: {
        worker: {
          concurrentJobs: concurrency,
          pollInterval: POLL_INTERVAL_MS,
          localQueue: { size: concurrency },
          // Nobody waits for completions, and a job that is done changes nothing when it runs again.
          completeJobBatchDelay: 20,
          failJobBatchDelay: 5,
        },
      },
    });
    lock = await liveness;
  } catch (error) {
    // A queue without a lock would take jobs that nobody frees when it dies.
    over.abort(new SendAgainLater('the queue could not be started'));
    void liveness.then((held) => held.stop('abandoned')).catch(() => {});
    runner?.stop().catch(() => {});
    pool.end().catch(() => {});
    throw error;
  }
  const started = runner;

  async function signOff(): Promise<void> {
    await untilIdle(pool);
    await freeJobsOfWorker(db.pool, lock.id);
    await lock.stop('stopped');
    await pool.end();
  }

  return {
    over: Promise.race([gaveUp(events), started.promise.catch(() => {}), lock.buried, lost.promise]),
    async stop(how) {
      if (how === 'abandoned') over.abort(new SendAgainLater('the queue is started again'));
      const drained = started.stop().catch(() => {}); // it has stopped already
      if (how === 'stopped') {
        await drained;
        return signOff();
      }
      await lock.stop(how);
      pool.end().catch(() => {}); // its connections may be broken
    },
  };
}

/** Graphile shuts its pool down when it cannot write; its own promise may stay open then. */
function gaveUp(events: WorkerEvents): Promise<void> {
  return new Promise((resolve) => {
    for (const event of ['pool:fatalError', 'pool:gracefulShutdown', 'pool:forcefulShutdown'] as const) events.once(event, () => resolve());
  });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Graphile Worker 0.18 resolves stop() before its last completions are written: its pool falls idle when they are. */
async function untilIdle(pool: { waitingCount: number; idleCount: number; totalCount: number }): Promise<void> {
  for (let calm = 0; calm < 5; ) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    calm = pool.waitingCount === 0 && pool.idleCount === pool.totalCount ? calm + 1 : 0;
  }
}
