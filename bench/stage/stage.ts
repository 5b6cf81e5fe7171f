import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Database, openDatabase } from '#db/database.ts';
import { migrate } from '#db/migrate/migrate.ts';
import { deriveWebhookKeys, sandboxSendgridApiKey, sandboxTwilioAccountSid, sandboxTwilioAuthToken } from '#sandbox/credentials.ts';
import { type Process, startProcess, until } from '../../scripts/launch/processes.ts';
import { type EmbeddedPostgres, freePort, startEmbeddedPostgres } from '../../scripts/postgres/embedded-postgres.ts';
import { spawnProvider } from './provider.ts';

export interface Stage {
  databaseUrl: string;
  db: Database;
  url: string;
  key: string;
  web: Process;
  /** A provider that only counts; its URL. */
  providerUrl: string;
  /** A worker of its own environment, ready to send. */
  startWorker(variables?: Record<string, string>): Promise<Process>;
  stop(): Promise<void>;
}

export interface StageOptions {
  /** How long the provider takes to answer. */
  latencyMs: number;
  /** Share of calls that it answers with 500. */
  faultRate?: number;
}

/** The product as production runs it: the embedded database with the settings that it ships with, a web process, and workers on demand. */
export async function openStage({ latencyMs, faultRate = 0 }: StageOptions): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-bench-'));
  chmodSync(folder, 0o755);
  const postgres: EmbeddedPostgres = await startEmbeddedPostgres({ folder: join(folder, 'postgres') });
  await migrate(postgres.url);
  const db = openDatabase(postgres.url, { applicationName: 'bench' });
  const [port, provider] = [await freePort(), await spawnProvider(latencyMs, faultRate)];
  const url = `http://127.0.0.1:${port}`;
  const key = 'rollcall-bench-0123456789abcdef';
  const env = {
    DATABASE_URL: postgres.url,
    PORT: String(port),
    BASE_URL: url,
    DATA_DIR: folder,
    API_KEY: key,
    SENDGRID_API_KEY: sandboxSendgridApiKey,
    SENDGRID_BASE_URL: provider.url,
    SENDGRID_WEBHOOK_PUBLIC_KEY: deriveWebhookKeys('published').publicKey,
    EMAIL_FROM: 'news@sender.test',
    TWILIO_ACCOUNT_SID: sandboxTwilioAccountSid,
    TWILIO_AUTH_TOKEN: sandboxTwilioAuthToken,
    TWILIO_BASE_URL: provider.url,
    SMS_FROM: '+15005550006',
    NODE_ENV: 'production',
    LOG_LEVEL: 'warn',
    LAUNCHED: '1',
  };
  const web = startProcess(folder, 'web', 'server.ts', env);
  const workers: Process[] = [];

  let stopped: Promise<void> | undefined;
  const stop = () => (stopped ??= end());
  async function end(): Promise<void> {
    await Promise.all([web, ...workers].map((process) => process.stop(20_000)));
    await provider.stop();
    await db.pool.end();
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }

  try {
    await until(`the web server is ready (see ${folder}/web.log)`, 40_000, async () => {
      // It listens before its first key is made.
      const asked = await fetch(`${url}/api/v1/campaigns`, { headers: { Authorization: `Bearer ${key}` } }).catch(() => undefined);
      return asked?.ok ?? false;
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    databaseUrl: postgres.url,
    db,
    url,
    key,
    web,
    providerUrl: provider.url,
    async startWorker(variables = {}) {
      const worker = startProcess(folder, `worker-${workers.length + 1}`, 'worker.ts', { ...env, ...variables });
      workers.push(worker);
      await until('a worker is registered', 30_000, async () => {
        const { rowCount } = await db.pool.query('select from workers where pid = $1 and ended_at is null', [worker.pid]);
        return rowCount === 1;
      });
      return worker;
    },
    stop,
  };
}
