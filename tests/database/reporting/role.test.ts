import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { expect, test } from 'vitest';
import { migrate } from '#db/migrate/migrate.ts';
import { keepReportsLogin } from '../../../scripts/launch/reports-login.ts';
import { startEmbeddedPostgres } from '../../../scripts/postgres/embedded-postgres.ts';

// A server of its own: roles belong to the whole server, and the others' databases need this one.
test('migrations without CREATEROLE go through, and the views are handed over once the role was made', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-role-'));
  chmodSync(folder, 0o755);
  const server = await startEmbeddedPostgres({ folder, settings: { fsync: 'off' } });
  const ask = async (url: string, ...statements: string[]) => {
    const client = new pg.Client(url);
    await client.connect();
    try {
      let rows: object[] = [];
      for (const sql of statements) rows = (await client.query(sql)).rows;
      return rows;
    } finally {
      await client.end();
    }
  };
  try {
    await ask(server.url, `create role plain login password 'secret'`, 'create database plain owner plain');
    const admin = new URL(server.url);
    admin.pathname = '/plain';
    const owner = new URL(admin);
    owner.username = 'plain';
    owner.password = 'secret';

    expect(await migrate(owner.href)).toContain('0006_reporting');
    expect(await ask(owner.href, `select from pg_roles where rolname = 'reporting_reader'`)).toEqual([]);
    expect(await ask(owner.href, 'select grant_reporting() as said')).toEqual([{ said: expect.stringContaining('is missing') }]);

    await ask(admin.href, 'create role reporting_reader nologin');
    expect(await ask(owner.href, 'select grant_reporting() as said')).toEqual([{ said: 'reporting_reader may read the views.' }]);
    expect(await ask(admin.href, 'set role reporting_reader', 'select count(*) from reporting.campaigns')).toEqual([{ count: '0' }]);
    await expect(ask(admin.href, 'set role reporting_reader', 'select from campaigns')).rejects.toMatchObject({ code: '42501' });

    // The login of `npm start`: made once, kept over starts and over a database that was put back, with the password of the file.
    for (const _ of [1, 2]) await keepReportsLogin(admin.href, folder);
    const file = join(folder, 'reports-password');
    expect(statSync(file).mode & 0o077).toBe(0);
    const reader = new URL(admin);
    reader.username = 'rollcall_reports';
    reader.password = readFileSync(file, 'utf8').trim();
    expect(await ask(reader.href, 'select count(*) from campaigns')).toEqual([{ count: '0' }]);
    await expect(ask(reader.href, 'select from public.campaigns')).rejects.toMatchObject({ code: '42501' });
    await expect(ask(reader.href, 'create table public.mine (id int)')).rejects.toMatchObject({ code: '25006' });
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
