import { Logger as GraphileLogger, run, type TaskList } from 'graphile-worker';
import { createAlertSender } from '#app/domain/alerts/alert-sender.server.ts';
import type { Channel } from '#app/domain/campaigns/campaign.ts';
import { createEngine } from '#app/domain/sending/engine.server.ts';
import type { Env } from '#app/env.server.ts';
import type { Logger } from '#app/log.server.ts';
import type { Provider } from '#app/providers/provider.ts';
import { type Database, openDatabase } from '#db/database.ts';
import { retryTriggerExists } from '#db/queries/retry-trigger.ts';
import { cloneCampaignRecipients } from './clone-recipients.ts';
import { deliverAlerts } from './deliver-alert.ts';
import { dispatchCampaign } from './dispatch-campaign.ts';
import { moveCampaignRecipients } from './move-recipients.ts';
import { raiseAlerts } from './raise-alerts.ts';
import { sendMessage } from './send-message.ts';
import { settleUnknownOutcomes } from './settle-unknown.ts';
import { startCampaign } from './start-campaign.ts';

/** In flight at once where WORKER_CONCURRENCY does not say otherwise: 500 messages/s at 200 ms a call. */
const CONCURRENCY = 100;
/** Graphile sees a due retry only when it polls, so this is part of the schedule's precision. */
const POLL_INTERVAL_MS = 100;
/** After SIGTERM calls in flight may take this long; then they are cut off, and their recipients are `unknown`. */
const SHUTDOWN_DEADLINE_MS = 8_000;

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

/**
 * Starts Graphile Worker with our tasks. It has a pool of its own, so that its housekeeping never waits behind the ledger's statements.
 *
 * @throws where the schema lacks the trigger that keeps retries on time
 */
export async function startWorker({ env, db, log, providers }: WorkerOptions): Promise<RunningWorker> {
  if (!(await retryTriggerExists(db.pool))) {
    throw new Error(
      'The database is not migrated: the trigger that keeps retries on time is missing. Run `npm run migrate`, then start again.',
    );
  }
  const concurrency = env.workerConcurrency ?? CONCURRENCY;
  const deadline = new AbortController();
  const engine = createEngine({ db, providers, unknownGraceS: env.unknownGraceS, log, signal: deadline.signal });
  const alertSender = createAlertSender(env);
  const taskList: TaskList = {
    dispatch_campaign: dispatchCampaign(db),
    move_recipients: moveCampaignRecipients(db),
    clone_recipients: cloneCampaignRecipients(db),
    start_campaign: startCampaign(db),
    settle_unknown: settleUnknownOutcomes(db, env),
    raise_alerts: raiseAlerts(db),
    deliver_alert: deliverAlerts(db, alertSender),
    send_email: sendMessage(engine, 'email'),
    send_sms: sendMessage(engine, 'sms'),
  };
  const { pool } = openDatabase(env.databaseDirectUrl, {
    max: 6,
    applicationName: 'rollcall queue',
    onError: (error) => log.warn({ err: error }, 'queue connection lost'),
  });
  const runner = await run({
    pgPool: pool,
    taskList,
    crontab: '* * * * * settle_unknown ?max=1',
    noHandleSignals: true,
    logger: graphileLogger(log),
    preset: {
      worker: {
        concurrentJobs: concurrency,
        pollInterval: POLL_INTERVAL_MS,
        localQueue: { size: concurrency },
        completeJobBatchDelay: 5,
        failJobBatchDelay: 5,
      },
    },
  });
  return {
    concurrency,
    async stop() {
      const cutOff = setTimeout(() => deadline.abort(), SHUTDOWN_DEADLINE_MS);
      await runner.stop();
      clearTimeout(cutOff);
      await untilIdle(pool);
      await alertSender.close();
      await pool.end();
    },
  };
}

/** Graphile Worker 0.18 resolves stop() before its last completions are written: its pool falls idle when they are. */
async function untilIdle(pool: { waitingCount: number; idleCount: number; totalCount: number }): Promise<void> {
  for (let calm = 0; calm < 5; ) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    calm = pool.waitingCount === 0 && pool.idleCount === pool.totalCount ? calm + 1 : 0;
  }
}

/**
 * Failed attempts are the business of the ledger and of the delivery log, and no errors of ours; the rest of what Graphile says goes to
 * our log.
 */
function graphileLogger(log: Logger): GraphileLogger {
  return new GraphileLogger(() => (level, message, meta) => {
    if (/^(Send|Deliver)AgainLater$/.test((meta as { error?: Error } | undefined)?.error?.name ?? '')) return;
    // With a local queue and batched completion, jobs need no connection each.
    if (/maxPoolSize .* smaller than concurrency/.test(message)) return;
    if (level === 'error') log.error({ queue: true }, message);
    else if (level === 'warning') log.warn({ queue: true }, message);
    else log.debug({ queue: true }, message);
  });
}
