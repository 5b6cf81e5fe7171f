import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { tellRestored } from '../../app/domain/restored/restored.server.ts';
import { openDatabase } from '../../db/database.ts';
import { migrate } from '../../db/migrate/migrate.ts';
import { findRunning, startEmbeddedPostgres } from '../postgres/embedded-postgres.ts';
import { prepareFolder } from '../postgres/postgres-folder.ts';
import { copyFile, filesUnder, hashFile, type Manifest, progress, readManifest, sizeOf, writeManifest } from './files.ts';

/** What PostgreSQL's documentation says not to copy; write-ahead log comes last. */
const LEFT_OUT =
  /^(postmaster\.(pid|opts)|pg_wal|pg_replslot|pg_dynshmem|pg_notify|pg_serial|pg_snapshots|pg_stat_tmp|pg_subtrans)$|(^|\/)pgsql_tmp/;

/**
 * Copies the embedded database, which may be in use meanwhile, into a folder of its own: the state as it is at the end of the copying.
 * No program of PostgreSQL is needed: the server is told that it is being copied, and keeps its write-ahead log until that is done.
 *
 * @param url of its owner
 * @throws a sentence where the folder exists
 */
export async function backUpEmbedded(url: string, folder: string, target: string): Promise<{ bytes: number; files: number }> {
  if (existsSync(target)) throw new Error(`${target} exists. Choose another name: a backup is never written over.`);
  const place = prepareFolder(folder, () => {});
  const part = `${target}.part`;
  rmSync(part, { recursive: true, force: true });
  mkdirSync(join(part, 'data'), { recursive: true, mode: 0o700 });
  const manifest: Manifest = {
    made_at: new Date().toISOString(),
    postgres: readFileSync(join(place.data, 'PG_VERSION'), 'utf8').trim(),
    files: {},
  };
  let bytes = 0;
  const copy = async (name: string) => {
    const to = join(part, 'data', name);
    if (name.endsWith('/')) return void mkdirSync(to, { recursive: true, mode: 0o700 });
    const hash = await copyFile(join(place.data, name), to);
    if (hash === null) return;
    manifest.files[name] = hash;
    bytes += sizeOf(to);
  };
  const client = new pg.Client({ connectionString: url, application_name: 'rollcall backup' });
  client.on('error', () => {});
  await client.connect();
  try {
    // Ends with this connection, however it ends.
    await client.query(`select pg_create_physical_replication_slot('rollcall_backup_${process.pid}', true, true)`);
    await client.query(`select pg_backup_start('rollcall', fast => true)`);
    const names = filesUnder(place.data, (name) => LEFT_OUT.test(name));
    const drawn = progress(
      'Copying',
      names.reduce((sum, name) => sum + sizeOf(join(place.data, name)), 0),
    );
    for (const name of names) {
      await copy(name);
      drawn(sizeOf(join(place.data, name)));
    }
    const { rows } = await client.query<{ labelfile: string }>('select labelfile from pg_backup_stop(wait_for_archive => false)');
    writeFileSync(join(part, 'data', 'backup_label'), rows[0]?.labelfile ?? '', { mode: 0o600 });
    manifest.files.backup_label = await hashFile(join(part, 'data', 'backup_label'));
    mkdirSync(join(part, 'data', 'pg_wal'), { recursive: true, mode: 0o700 });
    for (const name of filesUnder(join(place.data, 'pg_wal'), (path) => /^(archive_status|summaries)/.test(path))) {
      if (!name.endsWith('/')) await copy(join('pg_wal', name));
    }
  } catch (error) {
    rmSync(part, { recursive: true, force: true });
    throw error;
  } finally {
    await client.end().catch(() => {});
  }
  writeFileSync(join(part, 'password'), place.password, { mode: 0o600 });
  writeManifest(part, manifest);
  renameSync(part, target);
  return { bytes, files: Object.keys(manifest.files).length };
}

/**
 * Puts a backup in the place of the embedded database. What was there is kept beside it. Afterwards the product knows that it was restored, and
 * sends nothing before somebody says so.
 *
 * @throws a sentence; nothing has changed then
 */
export async function restoreEmbedded(folder: string, source: string, replace: boolean): Promise<{ keptAs: string | null }> {
  const manifest = readManifest(source);
  if (findRunning(folder)) throw new Error('The database is running. Stop Rollcall first (Ctrl-C in its terminal), then restore.');
  const place = prepareFolder(folder, (line) => console.error(line));
  const major = place.binaries.version.split('.')[0];
  if (manifest.postgres !== major)
    throw new Error(
      `This backup is of PostgreSQL ${manifest.postgres}, and the embedded one is ${major}. Restore it with the version of Rollcall that made it.`,
    );
  const there = existsSync(join(place.data, 'PG_VERSION'));
  if (there && !replace)
    throw new Error(
      `There is a database in ${place.data} already. To put the backup in its place, say --replace; what is there now is kept beside it.`,
    );

  const names = filesUnder(join(source, 'data'));
  const missing = Object.keys(manifest.files).filter((name) => !names.includes(name));
  if (missing.length > 0)
    throw new Error(`The backup is not whole: ${missing.length} files are missing, such as ${missing[0]}. Nothing was changed.`);
  const part = join(place.folder, `data.restored-${process.pid}`);
  const drawn = progress(
    'Restoring',
    names.reduce((sum, name) => sum + sizeOf(join(source, 'data', name)), 0),
  );
  try {
    for (const name of names) {
      const to = join(part, name);
      if (name.endsWith('/')) {
        mkdirSync(to, { recursive: true, mode: 0o700 });
        continue;
      }
      const hash = await copyFile(join(source, 'data', name), to);
      if (hash !== manifest.files[name]) throw new Error(`The backup is damaged: ${name} is not what was written. Nothing was changed.`);
      drawn(sizeOf(to));
    }
    // Folders that PostgreSQL expects and whose contents are not part of a copy.
    for (const name of ['pg_wal', 'pg_replslot', 'pg_dynshmem', 'pg_notify', 'pg_serial', 'pg_snapshots', 'pg_stat_tmp', 'pg_subtrans'])
      mkdirSync(join(part, name), { recursive: true, mode: 0o700 });
    const { uid, gid } = place.user;
    if (uid !== undefined && gid !== undefined) for (const path of allPaths(part)) chownSync(path, uid, gid);
  } catch (error) {
    rmSync(part, { recursive: true, force: true });
    throw error;
  }
  const keptAs = there ? `${place.data}.before-${new Date().toISOString().replaceAll(/[:.]/g, '-')}` : null;
  if (keptAs) renameSync(place.data, keptAs);
  renameSync(part, place.data);
  writeFileSync(join(place.folder, 'password'), readFileSync(join(source, 'password'), 'utf8').trim(), { mode: 0o600 });

  const server = await startEmbeddedPostgres({ folder, say: (line) => console.error(line) });
  try {
    await noteAfterRestore(server.url);
  } finally {
    await server.stop();
  }
  return { keptAs };
}

/** Brings the copy to this version's schema and lets it know what it is. */
export async function noteAfterRestore(url: string): Promise<void> {
  await migrate(url);
  const db = openDatabase(url, { max: 2, applicationName: 'rollcall restore' });
  try {
    await tellRestored(db);
  } finally {
    await db.pool.end();
  }
}

function allPaths(folder: string): string[] {
  return [folder, ...filesUnder(folder).flatMap((name) => pathsTo(folder, name))];
}

function pathsTo(folder: string, name: string): string[] {
  const parts = name.replace(/\/$/, '').split(/[\\/]/);
  return parts.map((_, i) => join(folder, ...parts.slice(0, i + 1)));
}
