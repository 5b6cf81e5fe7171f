import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { askDatabase as query } from '#tests/support/ask-database.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../scripts/postgres/embedded-postgres.ts';
import { isAlive } from '../../scripts/postgres/postgres-folder.ts';

let folder: string;
let running: EmbeddedPostgres[];
let children: ChildProcess[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rollcall-embedded-'));
  chmodSync(folder, 0o755);
  running = [];
  children = [];
});

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  // Takes over whatever a test left behind, so that nothing runs on.
  await startEmbeddedPostgres({ folder }).then(
    (database) => database.stop(),
    () => {},
  );
  for (const database of running) await database.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function start(options: { say?: (line: string) => void } = {}): Promise<EmbeddedPostgres> {
  const database = await startEmbeddedPostgres({ folder, settings: { fsync: 'off' }, ...options });
  running.push(database);
  return database;
}

/** Another process that supervises the database in the same folder; resolves with what it says first. */
async function startElsewhere(): Promise<{ child: ChildProcess; pid: number; url: string }> {
  const script = `const { startEmbeddedPostgres } = await import('./scripts/postgres/embedded-postgres.ts');
    const { pid, url } = await startEmbeddedPostgres({ folder: process.argv[1] });
    console.log(JSON.stringify({ pid, url }));
    setInterval(() => {}, 60_000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  if (!child.stdout) throw new Error('no output');
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  return { child, ...(JSON.parse(line) as { pid: number; url: string }) };
}

test('data outlives a stop', async () => {
  const first = await start();
  await query(first.url, 'create table kept as select 7 as n');
  await first.stop();
  expect(isAlive(first.pid)).toBe(false);
  const second = await start();
  expect(await query(second.url, 'select n from kept')).toEqual([{ n: 7 }]);
});

test('it listens on loopback only, asks for the password, and sorts by code point', async () => {
  const { url, folder: used } = await start();
  const rows = await query<{ name: string; setting: string }>(
    url,
    `select name, setting from pg_settings where name in ('listen_addresses', 'unix_socket_directories') order by name`,
  );
  expect(rows.map((row) => row.setting)).toEqual(['127.0.0.1', '']);
  await expect(query(url.replace(/:[^:@/]+@/, ':wrong@'), 'select')).rejects.toThrow(/password authentication failed/);
  expect(await query(url, `select datlocprovider, datlocale from pg_database where datname = current_database()`)).toEqual([
    { datlocprovider: 'b', datlocale: 'C.UTF-8' },
  ]);
  expect(statSync(join(used, 'password')).mode & 0o777).toBe(0o600);
});

test('the port stays the same from start to start, and where another program has it, another is used this once', async () => {
  const first = await start();
  await first.stop();
  const second = await start();
  expect(second.port).toBe(first.port);
  await second.stop();

  const other = createServer();
  await new Promise<void>((resolve) => other.listen(first.port, '127.0.0.1', resolve));
  const said: string[] = [];
  const third = await start({ say: (line) => said.push(line) });
  expect(third.port).not.toBe(first.port);
  expect(said.join()).toContain(`Port ${first.port} of the database is taken`);
  await third.stop();
  await new Promise((resolve) => other.close(resolve));
  expect((await start()).port).toBe(first.port);
});

test('a second live instance on the same folder is refused', async () => {
  const { url } = await start();
  await expect(startEmbeddedPostgres({ folder })).rejects.toThrow(/Another Rollcall is running on the database in .*DATA_DIR/);
  expect(await query(url, 'select 1 as n')).toEqual([{ n: 1 }]);
});

describe('after kill -9', () => {
  test('of the supervisor, the orphan is stopped and its data served again', async () => {
    const elsewhere = await startElsewhere();
    await query(elsewhere.url, 'create table kept as select 7 as n');
    elsewhere.child.kill('SIGKILL');
    await once(elsewhere.child, 'exit');
    expect(isAlive(elsewhere.pid)).toBe(true);

    const said: string[] = [];
    const { url } = await start({ say: (line) => said.push(line) });
    expect(said.join()).toContain('left behind');
    expect(await query(url, 'select n from kept')).toEqual([{ n: 7 }]);
    expect(isAlive(elsewhere.pid)).toBe(false);
  });

  test('of everything, committed data is recovered', async () => {
    const elsewhere = await startElsewhere();
    await query(elsewhere.url, 'create table kept as select 7 as n');
    process.kill(elsewhere.pid, 'SIGKILL');
    elsewhere.child.kill('SIGKILL');
    await once(elsewhere.child, 'exit');
    const { url } = await start();
    expect(await query(url, 'select n from kept')).toEqual([{ n: 7 }]);
  });
});

test('its end is told, with the end of its log', async () => {
  const database = await start();
  process.kill(database.pid, 'SIGQUIT');
  expect(await database.ended).toContain('immediate shutdown');
});
