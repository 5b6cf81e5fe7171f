import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import pg from 'pg';
import { noteAfterRestore } from './embedded.ts';
import { hashFile, sizeOf } from './files.ts';

/** The schemas that are Rollcall's. */
const SCHEMAS = ['public', 'graphile_worker', 'reporting'];

/** A database of your own, through PostgreSQL's pg_dump where this machine has one that is new enough. */
export async function backUpExternal(url: string, target: string): Promise<{ bytes: number }> {
  if (existsSync(target)) throw new Error(`${target} exists. Choose another name: a backup is never written over.`);
  await assertTool('pg_dump', url);
  const part = `${target}.part`;
  const schemas = SCHEMAS.flatMap((schema) => ['--schema', schema]);
  run('pg_dump', ['--format=custom', '--no-owner', '--no-privileges', ...schemas, `--file=${part}`], url, () =>
    rmSync(part, { force: true }),
  );
  writeFileSync(`${target}.sha256`, `${await hashFile(part)}\n`);
  renameSync(part, target);
  return { bytes: sizeOf(target) };
}

/** Refuses a database with tables in it unless told; all or nothing. */
export async function restoreExternal(url: string, source: string, replace: boolean): Promise<void> {
  if (!existsSync(source)) throw new Error(`There is no file ${source}.`);
  if (existsSync(`${source}.sha256`) && readFileSync(`${source}.sha256`, 'utf8').trim() !== (await hashFile(source)))
    throw new Error(`The backup is damaged: ${source} is not what was written. Nothing was changed.`);
  await assertTool('pg_restore', url);
  const contents = run('pg_restore', ['--list', source], null);
  if (!/ TABLE public recipients /.test(contents) || !/ TABLE public schema_migrations /.test(contents))
    throw new Error(`${source} is no backup of Rollcall: its tables are not in it. Nothing was changed.`);
  const client = new pg.Client({ connectionString: url, application_name: 'rollcall restore' });
  await client.connect();
  try {
    const { rows } = await client.query<{ used: boolean; open: number }>(
      `select exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = any($1) and c.relkind in ('r', 'v')) as used,
         (select count(*)::integer from pg_stat_activity where datname = current_database() and application_name like 'rollcall%' and application_name <> 'rollcall restore') as open`,
      [SCHEMAS],
    );
    if (rows[0]?.open) throw new Error('Rollcall is running on this database. Stop every web process and worker first, then restore.');
    if (rows[0]?.used && !replace)
      throw new Error('This database is not empty. Restore into an empty one, or say --replace: what is in it now is gone then.');
    const { rows: left } = await client.query<{ name: string }>('select nspname as name from pg_namespace where nspname = any($1)', [
      SCHEMAS.map((name) => `${name}_before_restore`),
    ]);
    if (left.length > 0)
      throw new Error(
        `An earlier restore was cut off: what was there before it is in ${left.map(({ name }) => name).join(', ')}. Drop these schemas, or give them back their names, then restore.`,
      );
    // What is there goes only once the backup is whole in its place. The dump makes the schemas, so there may be none of their names.
    const there = await client.query<{ name: string }>('select nspname as name from pg_namespace where nspname = any($1)', [SCHEMAS]);
    const aside = there.rows.map(({ name }) => name);
    await renameAll(client, aside, (name) => [name, `${name}_before_restore`]);
    try {
      run(
        'pg_restore',
        ['--no-owner', '--no-privileges', '--exit-on-error', '--single-transaction', '--dbname', withoutPassword(url), source],
        url,
      );
    } catch (error) {
      await renameAll(client, aside, (name) => [`${name}_before_restore`, name]);
      throw new Error(`${(error as Error).message.replace(/\.?$/, '.')} The database is as it was.`);
    }
    for (const name of aside) await client.query(`drop schema ${name}_before_restore cascade`);
  } finally {
    await client.end();
  }
  await noteAfterRestore(url);
  await giveRightsAgain(url);
}

/** All of them or none. */
async function renameAll(client: pg.Client, names: string[], pair: (name: string) => [from: string, to: string]): Promise<void> {
  const renames = names.map(pair).map(([from, to]) => `alter schema ${from} rename to ${to}`);
  if (renames.length > 0) await client.query(`begin; ${renames.join('; ')}; commit`);
}

/** The dump is without rights, since the roles of the other server may not be here: what the migrations gave and took is done again. */
async function giveRightsAgain(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, application_name: 'rollcall restore' });
  await client.connect();
  try {
    await client.query('revoke execute on all functions in schema public from public');
    await client.query('alter default privileges revoke execute on functions from public');
    await client.query('select grant_reporting()');
  } finally {
    await client.end();
  }
}

/** @throws a sentence where the program is missing or older than the server */
async function assertTool(tool: string, url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ major: number }>(`select current_setting('server_version_num')::integer / 10000 as major`);
  await client.end();
  const server = rows[0]?.major as number;
  const found = spawnSync(tool, ['--version'], { encoding: 'utf8' });
  const major = Number(/(\d+)/.exec(found.stdout ?? '')?.[1]);
  if (found.status === 0 && major >= server) return;
  const has = found.status === 0 ? `the ${tool} of this machine is version ${major}` : `this machine has no ${tool}`;
  throw new Error(
    `The server is PostgreSQL ${server}, and ${has}. Install its client programs (such as postgresql-client-${server}), or use your provider's backups and then run: npm run restored`,
  );
}

function run(tool: string, args: string[], url: string | null, failed: () => void = () => {}): string {
  const password = url ? decodeURIComponent(new URL(url).password) : '';
  // Not among the arguments: those can be read by everybody on the machine.
  const address = url && tool === 'pg_dump' ? ['--dbname', withoutPassword(url)] : [];
  const done = spawnSync(tool, [...address, ...args], {
    encoding: 'utf8',
    env: { ...process.env, ...(password ? { PGPASSWORD: password } : {}) },
    maxBuffer: 64 * 2 ** 20,
  });
  if (done.status === 0) return done.stdout;
  failed();
  throw new Error(`${tool} did not succeed: ${(done.stderr || done.error?.message || '').trim().split('\n').slice(0, 3).join('; ')}`);
}

function withoutPassword(url: string): string {
  const shown = new URL(url);
  shown.password = '';
  return shown.href;
}
