import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ServerBuild } from '@remix-run/node';
import type { AppContext } from '#app/config/context.server.ts';
import { baseUrlWarning } from '#app/config/env.server.ts';
import { createLogger } from '#app/config/log.server.ts';
import { StartProblem, startOrExit } from '#app/config/start-problem.server.ts';
import { createAuth } from '#app/domain/access/auth.server.ts';
import { createRefusals } from '#app/domain/access/refusals.server.ts';
import { renewSeeds } from '#app/domain/access/renew-seeds.server.ts';
import { sessionSecrets } from '#app/domain/access/secrets.server.ts';
import { followKeys } from '#app/domain/provider-keys/follow-keys.server.ts';
import { keepSettings } from '#app/domain/reporting/keep-settings.server.ts';
import { IN_THE_CLEAR, keepSealed } from '#app/domain/secrets/keep-sealed.server.ts';
import { unsubscribeSecret } from '#app/domain/unsubscribe/unsubscribe-link.server.ts';
import { announceFirstAccess } from '#app/http/announce-first-access.server.ts';
import { closeWith } from '#app/http/close-server.server.ts';
import { createWebServer } from '#app/http/server.server.ts';
import { type Realtime, startRealtime } from '#app/realtime/socket-server.server.ts';
import { openDatabase } from '#db/database.ts';
import { assertMigrated } from '#db/migrate/migrations.ts';
import { createSeals } from '#db/seals.ts';

await startOrExit(async (env) => {
  const log = createLogger(env);
  const development = process.argv.includes('--dev');

  const warning = baseUrlWarning(env);
  if (warning) log.warn(warning);
  const db = openDatabase(env.databaseUrl, {
    max: 20,
    applicationName: 'rollcall web',
    statementMs: 15_000,
    seals: createSeals(env.secretsKey, env.secretsKeyOld),
    pooler: env.databaseUrl !== env.databaseDirectUrl,
    onError: (error) => log.warn({ err: error }, 'database connection lost'),
  });
  await assertMigrated(db.pool);
  await keepSealed(db);
  if (!db.seals.active) log.warn(IN_THE_CLEAR);
  const auth = createAuth(db, { baseUrl: env.baseUrl, ...(await sessionSecrets(db, env)) });
  await renewSeeds(db, auth);
  // Whoever leaves is heard, also while other processes are given another key.
  await unsubscribeSecret(db);
  const refusals = createRefusals(db.pool, (error) => log.error({ err: error }, 'the audit log could not be written'));
  const context: AppContext = { env, db, auth, log, refusals, providerKeys: await followKeys(db, env, log) };
  await keepSettings(db, env);

  let realtime: Realtime | undefined;
  const vite = development ? await (await import('vite')).createServer({ server: { middlewareMode: true }, appType: 'custom' }) : undefined;
  // As a URL, since a folder may have a # or % in its name.
  const built = new URL('./build/server/index.js', import.meta.url);
  if (!vite && !existsSync(built)) throw new StartProblem('The pages are not built. Run `npm run build`, then start again.');
  const server = createWebServer({
    context,
    build: vite
      ? () => vite.ssrLoadModule('virtual:remix/server-build') as Promise<unknown> as Promise<ServerBuild>
      : ((await import(built.href)) as ServerBuild),
    clientFolder: vite ? null : fileURLToPath(new URL('./build/client', import.meta.url)),
    live: () => realtime,
    ...(vite ? { middleware: vite.middlewares } : {}),
  });
  const close = closeWith(server);
  realtime = startRealtime(server, context);

  server.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EADDRINUSE')
      log.fatal(`Port ${env.port} is taken by another program. Choose another: PORT=${env.port + 1} npm run web`);
    else if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND')
      log.fatal(`HOST=${env.host} is no address of this machine. HOST=127.0.0.1 listens for this machine, HOST=0.0.0.0 for the network.`);
    else log.fatal({ err: error }, 'the web server failed');
    process.exit(1);
  });
  let announced: Promise<void> | undefined;
  // Only once it listens: what is made before and shown to nobody would be lost for good.
  server.listen(env.port, env.host, () => {
    log.info(`web is ready at ${env.baseUrl} and listens on ${env.host}:${env.port}`);
    announced = announceFirstAccess(context).catch((error: unknown) => {
      log.fatal({ err: error }, 'the first sign-in could not be made');
      process.exit(1);
    });
  });

  // A promise that nobody waits for must not take everybody's pages with it.
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'a promise was rejected that nobody waited for'));

  // Vite brings a handler that ends the process before ours has run.
  if (vite) process.removeAllListeners('SIGTERM');
  let stopping = false;
  async function stop(signal: NodeJS.Signals): Promise<void> {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, 'web is stopping');
    setTimeout(() => process.exit(1), 15_000).unref();
    await vite?.close();
    // What was begun at the start is not left half made.
    await announced;
    await Promise.all([close(), realtime?.stop()]);
    await refusals.close();
    await db.pool.end();
    process.exit(0);
  }
  process.on('SIGTERM', (signal) => void stop(signal));
  process.on('SIGINT', (signal) => void stop(signal));
});
