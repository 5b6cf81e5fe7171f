import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { closeSync, existsSync, openSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { initialize, isAlive, type PostgresFolder, postgresEnv, prepareFolder } from './postgres-folder.ts';

export interface EmbeddedPostgresOptions {
  /** Where data, log and password are kept; made when missing. */
  folder: string;
  /** None: the one that the folder keeps, chosen when it was made. */
  port?: number;
  /** Further server settings, such as { fsync: 'off' }. */
  settings?: Record<string, string>;
  /** Lines for people about what happens. */
  say?: (line: string) => void;
}

export interface EmbeddedPostgres {
  /** Connects to the database "rollcall" as its owner. */
  url: string;
  port: number;
  pid: number;
  folder: string;
  /** Resolves when PostgreSQL has ended, asked to or not, with the end of its log. */
  ended: Promise<string>;
  /** Fast shutdown: open transactions are rolled back, data is flushed. */
  stop(): Promise<void>;
}

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '100',
  shared_buffers: '192MB',
  max_wal_size: '2GB',
  random_page_cost: '1.1',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_checkpoints: 'off',
  // Statements and row values would bring people's addresses into the log.
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
};

/** Who holds this lock for its life is the one supervisor of the database; the server itself frees it when that process dies, however it dies. */
const SUPERVISOR_LOCK = 7_259_041;

/**
 * Starts the PostgreSQL that npm installed and stays its supervisor. A server that a killed supervisor left behind is stopped first; a second
 * live supervisor of the same folder is refused with an error. PostgreSQL runs in a process group of its own, so that Ctrl-C reaches it
 * only through `stop()`, after everything that uses it.
 */
export async function startEmbeddedPostgres({
  folder,
  port,
  settings,
  say = () => {},
}: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const place = prepareFolder(folder, say);
  await stopOrphan(place, say);
  initialize(place, say);

  const usedPort = port || (await keptPort(place, say));
  const adminUrl = connectionUrl(place, usedPort, 'postgres');
  const child = await launch(place, usedPort, { ...SETTINGS, ...settings }, say);
  const ended = new Promise<string>((resolve) => child.once('exit', () => resolve(logTail(place))));

  const supervisor = await hold(adminUrl);
  if (!supervisor) {
    await stopServer(place, child.pid as number);
    throw new Error(anotherInstance(place));
  }
  if (!(await supervisor.query(`select from pg_database where datname = 'rollcall'`)).rowCount)
    await supervisor.query('create database rollcall');

  return {
    url: connectionUrl(place, usedPort, 'rollcall'),
    port: usedPort,
    pid: child.pid as number,
    folder: place.folder,
    ended,
    async stop() {
      await supervisor.end().catch(() => {});
      await stopServer(place, child.pid as number);
      await ended;
    },
  };
}

/**
 * The database that runs in this folder now, started by another process; undefined where none does.
 *
 * @param wanted as given to startEmbeddedPostgres
 */
export function findRunning(wanted: string): Pick<EmbeddedPostgres, 'url' | 'port' | 'pid' | 'folder'> | undefined {
  if (!existsSync(wanted)) return undefined;
  const place = prepareFolder(wanted, () => {});
  const found = readPidFile(place);
  if (!found || !isAlive(found.pid) || !isServerOf(found.pid, place)) return undefined;
  return { ...found, url: connectionUrl(place, found.port, 'rollcall'), folder: place.folder };
}

/** Below the range from which systems lend ports to outgoing connections. */
const PORTS = { first: 15_432, count: 1_000 };

/** The same at every start, so that other programs can be told; only where somebody else has it another is used, this once. */
async function keptPort({ folder }: PostgresFolder, say: (line: string) => void): Promise<number> {
  const file = `${folder}/port`;
  const kept = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
  if (kept > 0 && (await isFree(kept))) return kept;
  const start = randomInt(PORTS.count);
  for (let i = 0; i < PORTS.count; i++) {
    const port = PORTS.first + ((start + i) % PORTS.count);
    if (!(await isFree(port))) continue;
    if (kept > 0) say(`Port ${kept} of the database is taken by another program; this time it is ${port}`);
    else writeFileSync(file, `${port}\n`);
    return port;
  }
  throw new Error('No free port was found on 127.0.0.1');
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const free = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => resolve(true));
  });
  if (free) await new Promise((resolve) => server.close(resolve));
  return free;
}

/** A port on 127.0.0.1 that nobody uses now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || !address) throw new Error('No free port was found on 127.0.0.1');
  return address.port;
}

function connectionUrl({ password }: PostgresFolder, port: number, database: string): string {
  return `postgres://rollcall:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;
}

function anotherInstance({ folder }: PostgresFolder): string {
  return `Another Rollcall is running on the database in ${folder}. Stop it first, or set DATA_DIR to a folder of its own for this one.`;
}

/** What a server wrote about itself into its data folder: process id on line 1, port on line 4. */
function readPidFile({ data }: PostgresFolder): { pid: number; port: number } | undefined {
  const file = `${data}/postmaster.pid`;
  if (!existsSync(file)) return undefined;
  const lines = readFileSync(file, 'utf8').split('\n');
  return { pid: Number(lines[0]), port: Number(lines[3]) };
}

async function stopOrphan(place: PostgresFolder, say: (line: string) => void): Promise<void> {
  const found = readPidFile(place);
  if (!found) return;
  if (!isAlive(found.pid) || !isServerOf(found.pid, place)) {
    // The process id may belong to somebody else by now, and PostgreSQL would then refuse to start.
    rmSync(`${place.data}/postmaster.pid`, { force: true });
    return;
  }
  const deadline = Date.now() + 60_000;
  while (isAlive(found.pid) && isServerOf(found.pid, place)) {
    const client = await connect(connectionUrl(place, found.port, 'postgres'));
    if (client) {
      const alone = await tryLock(client);
      await client.end().catch(() => {});
      if (!alone) throw new Error(anotherInstance(place));
      say('Stopping a PostgreSQL that an earlier run left behind');
      return stopServer(place, found.pid);
    }
    if (Date.now() > deadline) {
      throw new Error(
        `A PostgreSQL (process ${found.pid}) holds the database in ${place.folder} and does not answer. End that process, then start again.`,
      );
    }
    await delay(50);
  }
}

function isServerOf(pid: number, { data }: PostgresFolder): boolean {
  if (process.platform === 'win32') return true;
  if (process.platform !== 'linux') return spawnSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' }).stdout.includes(data);
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(data);
  } catch {
    return false;
  }
}

/** Spawns the server and waits until it answers. Backends of a killed server may need a moment to notice: then it is tried again. */
async function launch(
  place: PostgresFolder,
  port: number,
  settings: Record<string, string>,
  say: (line: string) => void,
): Promise<ChildProcess> {
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  for (let attempt = 1; ; attempt++) {
    if (existsSync(place.log) && statSync(place.log).size > 5_000_000) truncateSync(place.log);
    const log = openSync(place.log, 'a', 0o600);
    const child = spawn(place.binaries.postgres, ['-D', place.data, '-p', String(port), ...options], {
      uid: place.user.uid,
      gid: place.user.gid,
      cwd: place.folder,
      env: postgresEnv(),
      detached: true,
      windowsHide: true,
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    let failure: Error | undefined;
    child.once('error', (error) => {
      failure = error;
    });
    const running = () => !failure && child.exitCode === null && child.signalCode === null;
    const started = Date.now();
    let told = false;
    while (running()) {
      const client = await connect(connectionUrl(place, port, 'postgres'));
      if (client) {
        await client.end().catch(() => {});
        return child;
      }
      if (!told && Date.now() - started > 5_000) {
        told = true;
        say('PostgreSQL is still starting (it may be recovering from a crash)');
      }
      await delay(25);
    }
    const reason = failure?.message ?? logTail(place);
    if (reason.includes('lock file "postmaster.pid" already exists')) throw new Error(anotherInstance(place));
    if (attempt === 50 || !reason.includes('shared memory block'))
      throw new Error(`The embedded PostgreSQL did not start. The end of ${place.log}:\n${reason}`);
    await delay(200);
  }
}

function logTail({ log }: PostgresFolder): string {
  return existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n').slice(-8).join('\n') : '';
}

async function connect(connectionString: string): Promise<pg.Client | undefined> {
  const client = new pg.Client({
    connectionString,
    application_name: 'rollcall supervisor',
    keepAlive: true,
    connectionTimeoutMillis: 5_000,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    return client;
  } catch {
    await client.end().catch(() => {});
    return undefined;
  }
}

async function tryLock(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>('select pg_try_advisory_lock($1) as locked', [SUPERVISOR_LOCK]);
  return rows[0]?.locked === true;
}

async function hold(url: string): Promise<pg.Client | undefined> {
  const client = await connect(url);
  if (client && (await tryLock(client))) return client;
  await client?.end().catch(() => {});
  return undefined;
}

/** Asks for a fast shutdown (SIGINT) and, if that takes longer than 20 s, for an immediate one (SIGQUIT), which the next start recovers from. */
async function stopServer(place: PostgresFolder, pid: number): Promise<void> {
  if (process.platform === 'win32') {
    spawnSync(place.binaries.pgCtl, ['stop', '-D', place.data, '-m', 'fast', '-w'], { env: postgresEnv(), windowsHide: true });
    return;
  }
  // A server that nobody reaped (an orphan in a container) stays in the process table as a zombie without a command line.
  const running = () => isAlive(pid) && isServerOf(pid, place);
  const signal = (name: NodeJS.Signals) => running() && process.kill(pid, name);
  signal('SIGINT');
  const started = Date.now();
  let forced = false;
  while (running()) {
    if (!forced && Date.now() - started > 20_000) {
      forced = true;
      signal('SIGQUIT');
    }
    await delay(20);
  }
}
