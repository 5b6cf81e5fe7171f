import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Database, openDatabase } from '#db/database.ts';
import { migrate } from '#db/migrate/migrate.ts';
import type { SandboxMessage, SandboxMessagePage, SandboxStats } from '#sandbox/admin.ts';
import {
  deriveWebhookKeys,
  sandboxEmailFrom,
  sandboxSendgridApiKey,
  sandboxSmsFrom,
  sandboxTwilioAccountSid,
  sandboxTwilioAuthToken,
} from '#sandbox/credentials.ts';
import type { FaultsInput } from '#sandbox/faults.ts';
import { type Process, startProcess, until } from '../launch/processes.ts';
import { type EmbeddedPostgres, freePort, startEmbeddedPostgres } from '../postgres/embedded-postgres.ts';
import { startBalancer } from './balancer.ts';
import { admin, type Reader, startReader } from './browser.ts';

/** Longer than an event of the provider takes to arrive, and to be repeated while every web server starts anew. */
export const UNKNOWN_GRACE_S = 12;
const CONCURRENCY = 10;

/** The whole product in processes that can be killed: PostgreSQL, two web servers behind one address, two workers, the provider sandbox. */
export interface Cluster {
  url: string;
  key: string;
  /** The suite's own connections: queries are repeated while PostgreSQL is away. */
  query<Row extends object>(text: string, values?: unknown[]): Promise<Row[]>;
  workers: Process[];
  /** Starts a worker and waits until it is registered. */
  startWorker(): Promise<void>;
  webs: Process[];
  /** Starts a web server and waits until it is ready. */
  startWeb(): Promise<void>;
  /** Looks on in a browser; null where there is none. */
  reader: Reader | null;
  database: {
    /** By SIGINT (fast), SIGQUIT (at once), SIGKILL (as if the machine had lost it). */
    stop(signal: 'SIGINT' | 'SIGQUIT' | 'SIGKILL'): Promise<void>;
    start(): Promise<void>;
  };
  sandbox: {
    setFaults(faults: FaultsInput): Promise<void>;
    stats(): Promise<SandboxStats>;
    messages(): Promise<SandboxMessage[]>;
    clear(): Promise<void>;
  };
  /** The processes that ended without having been told to. */
  endedByThemselves(): string[];
  stop(): Promise<void>;
}

/** @param withBrowser somebody looks on in a browser too, where one is found */
export async function startCluster(say: (line: string) => void, withBrowser = false): Promise<Cluster> {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-chaos-'));
  chmodSync(folder, 0o755);
  // Nothing here outlives the machine, only processes are killed: what the kernel has is safe without fsync.
  const options = { folder: join(folder, 'postgres'), settings: { fsync: 'off', full_page_writes: 'off', max_connections: '200' } };
  let postgres: EmbeddedPostgres = await startEmbeddedPostgres(options);
  await migrate(postgres.url);

  const balancer = await startBalancer();
  const sandboxPort = await freePort();
  const [url, sandboxUrl] = [`http://127.0.0.1:${balancer.port}`, `http://127.0.0.1:${sandboxPort}`];
  const key = 'rollcall-chaos-0123456789abcdef';
  const env = {
    DATABASE_URL: postgres.url,
    BASE_URL: url,
    DATA_DIR: folder,
    SECRETS_KEY: randomBytes(32).toString('base64'),
    API_KEY: key,
    ADMIN_EMAIL: admin.email,
    ADMIN_PASSWORD: admin.password,
    SENDGRID_API_KEY: sandboxSendgridApiKey,
    SENDGRID_BASE_URL: sandboxUrl,
    SENDGRID_WEBHOOK_PUBLIC_KEY: deriveWebhookKeys('published').publicKey,
    EMAIL_FROM: sandboxEmailFrom,
    TWILIO_ACCOUNT_SID: sandboxTwilioAccountSid,
    TWILIO_AUTH_TOKEN: sandboxTwilioAuthToken,
    TWILIO_BASE_URL: sandboxUrl,
    SMS_FROM: sandboxSmsFrom,
    SEND_TIMEOUT_MS: '3000',
    UNKNOWN_GRACE_S: String(UNKNOWN_GRACE_S),
    WORKER_CONCURRENCY: String(CONCURRENCY),
    NODE_ENV: 'production',
    LAUNCHED: '1',
  };
  const db: Database = openDatabase(postgres.url, { max: 4, applicationName: 'chaos' });
  const sandbox = startProcess(folder, 'sandbox', 'sandbox/main.ts', { ...env, SANDBOX: '1', SANDBOX_PORT: String(sandboxPort) });
  const workers: Process[] = [];
  const webs: Process[] = [];
  let [workerCount, webCount] = [0, 0];
  let reader: Reader | null = null;
  say(`logs are in ${folder}`);

  async function query<Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> {
    for (let attempt = 1; ; attempt++) {
      try {
        return (await db.pool.query<Row>(text, values)).rows;
      } catch (error) {
        if (attempt === 200 || /^(2|42)/.test((error as { code?: string }).code ?? '')) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }

  async function startWorker(): Promise<void> {
    const worker = startProcess(folder, `worker-${++workerCount}`, 'worker.ts', env);
    workers.push(worker);
    await until('a new worker is registered', 120_000, async () => {
      if (!worker.running()) throw new Error(`worker ${workerCount} ended while it started: see ${folder}/worker-${workerCount}.log`);
      return (await query('select from workers where pid = $1 and ended_at is null', [worker.pid])).length === 1;
    });
  }

  async function startWeb(): Promise<void> {
    const [port, name] = [await freePort(), `web-${++webCount}`];
    const web = startProcess(folder, name, 'server.ts', { ...env, PORT: String(port) });
    webs.push(web);
    await until(`${name} is ready`, 120_000, async () => {
      if (!web.running()) throw new Error(`${name} ended while it started: see ${folder}/${name}.log`);
      return answers(`http://127.0.0.1:${port}/readyz`);
    });
    balancer.targets.add(port);
    void web.exited.then(() => balancer.targets.delete(port));
  }

  async function ask<T>(path: string, init?: RequestInit): Promise<T> {
    const response = await fetch(`${sandboxUrl}/sandbox${path}`, init);
    if (!response.ok) throw new Error(`the sandbox answered ${response.status}: ${await response.text()}`);
    return (response.status === 204 ? undefined : await response.json()) as T;
  }

  async function messages(): Promise<SandboxMessage[]> {
    const all: SandboxMessage[] = [];
    for (let cursor: string | null = '0'; cursor !== null; ) {
      const page: SandboxMessagePage = await ask(`/messages?limit=1000&cursor=${cursor}`);
      all.push(...page.data);
      cursor = page.next_cursor;
    }
    return all;
  }

  async function stop(): Promise<void> {
    await reader?.close();
    await Promise.all([sandbox, ...webs, ...workers].map((process) => process.stop(20_000)));
    await balancer.stop();
    await db.pool.end();
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }

  try {
    await startWeb(); // alone: it makes the API key
    await Promise.all([
      until('the sandbox answers', 120_000, () => answers(`${sandboxUrl}/sandbox`)),
      startWeb(),
      startWorker(),
      startWorker(),
    ]);
    if (withBrowser) reader = await startReader(url);
    if (withBrowser && !reader) say('no browser was found (CHROMIUM=/path/to/one): only socket clients look on');
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url,
    key,
    query,
    workers,
    startWorker,
    webs,
    startWeb,
    reader,
    database: {
      async stop(signal) {
        if (signal === 'SIGINT') return postgres.stop();
        process.kill(postgres.pid, signal);
        await postgres.ended;
      },
      async start() {
        postgres = await startEmbeddedPostgres({ ...options, port: postgres.port });
      },
    },
    sandbox: {
      setFaults: (faults) => ask('/faults', { method: 'PUT', body: JSON.stringify(faults) }),
      stats: () => ask('/stats'),
      messages,
      clear: () => ask('/messages', { method: 'DELETE' }),
    },
    endedByThemselves: () => [
      ...(sandbox.running() ? [] : ['the sandbox']),
      ...[...webs, ...workers].filter((process) => !process.running()).map(({ name }) => name),
    ],
    stop,
  };
}

async function answers(address: string): Promise<boolean> {
  return (await fetch(address).catch(() => undefined))?.ok ?? false;
}
