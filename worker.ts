import { baseUrlWarning } from '#app/config/env.server.ts';
import { createLogger } from '#app/config/log.server.ts';
import { startOrExit } from '#app/config/start-problem.server.ts';
import { followKeys } from '#app/domain/provider-keys/follow-keys.server.ts';
import { IN_THE_CLEAR, keepSealed } from '#app/domain/secrets/keep-sealed.server.ts';
import { forgetSandbox } from '#app/domain/suppressions/change-suppressions.server.ts';
import { followProviders } from '#app/providers/providers.server.ts';
import { listen } from '#app/realtime/listen.server.ts';
import { openDatabase } from '#db/database.ts';
import { assertMigrated } from '#db/migrate/migrations.ts';
import { createSeals } from '#db/seals.ts';
import { startWorker } from '#tasks/start-worker.ts';

/** Later than the deadline that cuts off calls in flight; waiting for a database that is away ends here. */
const STOP_DEADLINE_MS = 15_000;

await startOrExit(async (env) => {
  const log = createLogger(env);
  const warning = baseUrlWarning(env);
  if (warning) log.warn(warning);
  const db = openDatabase(env.databaseDirectUrl, {
    max: 8,
    applicationName: 'rollcall worker',
    seals: createSeals(env.secretsKey, env.secretsKeyOld),
    onError: (error) => log.warn({ err: error }, 'database connection lost'),
  });
  await assertMigrated(db.pool);
  await keepSealed(db);
  if (!db.seals.active) log.warn(IN_THE_CLEAR);
  if (env.sandbox !== '1') {
    const lifted = await forgetSandbox(db);
    if (lifted > 0) log.info({ lifted }, 'what the provider sandbox had told is off the suppression list');
  }
  const providers = followProviders(env);
  const keys = await followKeys(db, env, log, () => providers.refresh());
  const listener = listen(env.databaseDirectUrl, {
    onProviders: () => void keys.reload(),
    onConnected: () => void keys.reload(),
    onLost: (error) => log.warn({ err: error }, 'the connection that hears of new keys was lost'),
  });
  const worker = await startWorker({ env, db, log, providers });
  log.info({ concurrency: worker.concurrency }, 'worker is ready');

  // Graphile Worker leaves some promises alone when the database goes away; the queue is started again then, and nothing else is at stake.
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'a promise of the queue was rejected'));

  let stopping = false;
  async function stop(signal: NodeJS.Signals): Promise<void> {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, 'worker is stopping');
    setTimeout(() => process.exit(1), STOP_DEADLINE_MS).unref();
    await listener.stop();
    await worker.stop();
    await providers.close();
    await db.pool.end();
    process.exit(0);
  }
  process.on('SIGTERM', (signal) => void stop(signal));
  process.on('SIGINT', (signal) => void stop(signal));
});
