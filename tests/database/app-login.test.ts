import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { migrate } from '#db/migrate/migrate.ts';
import { appUrl, keepAppLogin } from '../../scripts/launch/app-login.ts';
import { startProcess, until } from '../../scripts/launch/processes.ts';
import { keepReportsLogin } from '../../scripts/launch/reports-login.ts';
import { findRunning, startEmbeddedPostgres } from '../../scripts/postgres/embedded-postgres.ts';
import { askDatabase as ask } from '../support/ask-database.ts';
import { freePort } from '../support/web.ts';

const refused = [
  ['reads a file', `select pg_read_file('/etc/hostname')`],
  ['lists a folder', `select pg_ls_dir('/')`],
  ['copies from a file', `create temp table t (line text); copy t from '/etc/hostname'`],
  ['writes a file', `copy (select 1) to '/tmp/rollcall-app-login'`],
  ['runs a program', `create temp table t (line text); copy t from program 'id'`],
  ['reads a file as a large object', `select lo_import('/etc/hostname')`],
  ['makes a role', 'create role mine'],
  ['makes itself a superuser', 'alter role rollcall_app superuser'],
  ['makes itself a maker of roles', 'alter role rollcall_app createrole'],
  ['becomes the owner', 'set role rollcall'],
  ['is the owner from the start of a session', 'set session authorization rollcall'],
  ['gives itself what the server may', 'grant pg_execute_server_program to rollcall_app'],
  ['reads passwords', 'select rolpassword from pg_authid'],
  ['makes a database', 'create database mine'],
  ['changes a setting for all', `alter system set log_statement = 'all'`],
  ['passes over triggers', 'set session_replication_role = replica'],
  ['makes a table of its own', 'create table mine (id int)'],
  ['makes a schema', 'create schema mine'],
  ['makes an extension that needs a superuser', 'create extension dblink'],
  ['disables the triggers of the audit log', 'alter table audit_log disable trigger all'],
  ['drops one', 'drop trigger audit_guards on audit_log'],
  ['writes a trigger anew', 'create or replace function audit_guard() returns trigger language plpgsql as $$ begin return old; end $$'],
  ['puts a trigger of its own before it', 'create trigger mine before insert on audit_log for each row execute function audit_guard()'],
  ['changes a row of the log', `update audit_log set action = 'nothing'`],
  ['removes rows', 'delete from audit_log'],
  ['empties the log', 'truncate audit_log'],
  ['moves what the log ends with', `update audit_head set hash = 'x'`],
  ['moves what the log begins with', `update audit_anchor set seq = 1000000`],
  ['says that a migration was not there', 'delete from schema_migrations'],
  ['drops a table', 'drop table attempts'],
  ['changes a table of the queue', 'alter table graphile_worker._private_jobs disable row level security'],
] as const;

test('npm start takes a folder of the version before, and web and worker are no superuser in it', async () => {
  const root = mkdtempSync(join(tmpdir(), 'rollcall-login-'));
  chmodSync(root, 0o755);
  const dataDir = join(root, 'data');
  const folder = join(dataDir, 'postgres');

  // As the version before made it: everything belongs to its superuser, as whom everything ran.
  const before = await startEmbeddedPostgres({ folder });
  try {
    await migrate(before.url);
    await keepReportsLogin(before.url, dataDir);
    await ask(before.url, `insert into campaigns (name, channel) select 'before ' || n, 'email' from generate_series(1, 20) n`);
  } finally {
    await before.stop();
  }

  const [port, sandboxPort] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  const env = { DATA_DIR: dataDir, PORT: String(port), SANDBOX_PORT: String(sandboxPort), API_KEY: 'rk_a-key-of-this-test-0123456789' };
  const call = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const answer = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${env.API_KEY}`,
        ...(body !== undefined && { 'Content-Type': typeof body === 'string' ? 'text/csv' : 'application/json' }),
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    expect(answer.ok, text).toBe(true);
    return JSON.parse(text) as T;
  };
  const product = startProcess(root, 'start', 'scripts/start.ts', env);
  try {
    // The key is made once the server listens.
    const headers = { Authorization: `Bearer ${env.API_KEY}` };
    await until('the product answers', 180_000, async () => {
      if (!product.running()) throw new Error(readFileSync(join(root, 'start.log'), 'utf8'));
      return (await fetch(`${url}/api/v1/campaigns`, { headers }).catch(() => null))?.ok ?? false;
    });
    const owner = findRunning(folder)?.url ?? '';

    // The whole way of one campaign, and what was there before.
    const { id } = await call<{ id: number }>('POST', '/campaigns', { name: 'After', channel: 'email', subject: 'Hello', text: 'Hello' });
    await call('POST', `/campaigns/${id}/recipients`, 'address\nana@example.test\nbo+500x1@example.test\n');
    await call('POST', `/campaigns/${id}/send`, {});
    await vi.waitFor(async () => expect(await call('GET', `/campaigns/${id}`)).toMatchObject({ status: 'SENT', sent: 2 }), 60_000);
    expect(await ask(owner, `select count(*) filter (where name like 'before%') as before, count(*) from campaigns`)).toEqual([
      { before: 20, count: 21 },
    ]);

    const sessions = await ask<{ name: string }>(
      owner,
      `select distinct application_name as name, usename, rolsuper or rolcreaterole or rolcreatedb or rolreplication as mighty
       from pg_stat_activity join pg_roles on oid = usesysid
       where application_name like 'rollcall%' and application_name <> 'rollcall supervisor' order by name`,
    );
    expect(sessions).toContainEqual({ name: 'rollcall web', usename: 'rollcall_app', mighty: false });
    expect(sessions).toContainEqual({ name: 'rollcall queue', usename: 'rollcall_app', mighty: false });
    for (const session of sessions) expect(session).toMatchObject({ usename: 'rollcall_app', mighty: false });
  } finally {
    await product.stop();
  }

  const again = await startEmbeddedPostgres({ folder });
  try {
    const app = appUrl(again.url);
    await keepAppLogin(again.url, app);
    expect(await ask(app, 'select rolsuper from pg_roles where rolname = current_user')).toEqual([{ rolsuper: false }]);
    expect(await ask(app, 'select count(*) > 0 as chained from audit_log where hash is not null')).toEqual([{ chained: true }]);
    for (const [what, sql] of refused) {
      const code = await ask(app, sql).then(
        () => 'it may',
        (error: { code?: string }) => error.code,
      );
      expect({ what, code }).toEqual({ what, code: '42501' });
    }
    // Analysts' role can be taken, and left.
    await expect(ask(app, 'set role reporting_reader; select from public.campaigns')).rejects.toMatchObject({ code: '42501' });
  } finally {
    await again.stop();
    rmSync(root, { recursive: true, force: true });
  }
}, 300_000);
