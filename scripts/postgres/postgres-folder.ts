import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { canEnter, canRun, chooseUser, copyBinaries, findBinaries, type PostgresBinaries, type RunAs } from './postgres-binaries.ts';

/** Everything about one embedded database that is on disk. */
export interface PostgresFolder {
  /** Holds `data`, `log` and `password`. */
  folder: string;
  data: string;
  log: string;
  password: string;
  binaries: PostgresBinaries;
  user: RunAs;
}

/** PostgreSQL's own environment: no PG* variable of ours may steer it. */
export function postgresEnv(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('PG') && !name.startsWith('LC_'));
  return { ...(Object.fromEntries(kept) as NodeJS.ProcessEnv), LC_ALL: 'C', LANG: 'C' };
}

/**
 * Finds or makes the database's folder. Below a folder that PostgreSQL's user cannot enter (root's home, say), binaries and data go to a
 * folder outside, printed through `say` and remembered in the file `location`.
 */
export function prepareFolder(wanted: string, say: (line: string) => void): PostgresFolder {
  const user = chooseUser();
  let binaries = findBinaries();
  let folder = wanted;
  makeOpenFolder(wanted);

  const location = join(wanted, 'location');
  const moved = existsSync(location) ? readFileSync(location, 'utf8').trim() : undefined;
  if (moved && existsSync(moved)) {
    folder = moved;
  } else if (!canEnter(wanted, user)) {
    if (existsSync(join(wanted, 'data'))) {
      throw new Error(
        `The database in ${wanted} can no longer be reached by user "${user.name}", which PostgreSQL runs as. Open the folders above it (chmod a+x), or move it.`,
      );
    }
    folder = mkdtempSync(join(sharedRoot(user), 'database-'));
    chmodSync(folder, 0o755);
    writeFileSync(location, `${folder}\n`);
  }
  if (!canRun(binaries.postgres, user)) {
    if (user.uid === undefined)
      throw new Error(`${binaries.postgres} does not start on this system. Set DATABASE_URL to a PostgreSQL of your own instead.`);
    binaries = copyBinaries(binaries, sharedRoot(user));
    if (!canRun(binaries.postgres, user))
      throw new Error(`User "${user.name}" cannot run ${binaries.postgres}. Set DATABASE_URL to a PostgreSQL of your own instead.`);
  }
  if (folder !== wanted) say(`PostgreSQL runs as user "${user.name}", who cannot enter ${wanted}: its data is in ${folder}`);

  return { folder, data: join(folder, 'data'), log: join(folder, 'log'), password: readPassword(folder), binaries, user };
}

function makeOpenFolder(path: string): void {
  const first = mkdirSync(path, { recursive: true });
  if (first) for (let made = path; made.startsWith(first); made = join(made, '..')) chmodSync(made, 0o755);
}

/** A folder for all on this machine that survives a reboot, where there is one. */
function sharedRoot(user: RunAs): string {
  for (const parent of ['/var/lib', '/var/tmp', '/tmp']) {
    try {
      const root = join(parent, 'rollcall');
      makeOpenFolder(root);
      if (canEnter(root, user)) return root;
    } catch {
      // The next one, then.
    }
  }
  throw new Error(
    `No folder was found that user "${user.name}" can enter. Set DATA_DIR to one, or DATABASE_URL to a PostgreSQL of your own.`,
  );
}

function readPassword(folder: string): string {
  const file = join(folder, 'password');
  if (!existsSync(file)) writeFileSync(file, randomBytes(24).toString('base64url'), { mode: 0o600 });
  return readFileSync(file, 'utf8').trim();
}

/** Makes the database cluster on the first start. A half-made one from a start that was cut off is thrown away. */
export function initialize({ folder, data, password, binaries, user }: PostgresFolder, say: (line: string) => void): void {
  const version = join(data, 'PG_VERSION');
  if (existsSync(version)) {
    const made = readFileSync(version, 'utf8').trim();
    const major = binaries.version.split('.')[0];
    if (made !== major)
      throw new Error(
        `The database in ${data} was made by PostgreSQL ${made}, the embedded one is ${major}. Move it away to start anew, or serve it yourself and set DATABASE_URL.`,
      );
    return;
  }
  say('Creating the database');
  for (const name of readdirSync(folder)) if (isAbandoned(name)) rmSync(join(folder, name), { recursive: true, force: true });
  const part = join(folder, `data.new-${process.pid}`);
  const passwordFile = join(folder, `password.new-${process.pid}`);
  mkdirSync(part, { mode: 0o700 });
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (user.uid !== undefined && user.gid !== undefined) for (const path of [part, passwordFile]) chownSync(path, user.uid, user.gid);
  const options = ['-D', part, '-U', 'rollcall', `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--encoding=UTF8'];
  const locale = ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  const run = spawnSync(binaries.initdb, [...options, ...locale], {
    uid: user.uid,
    gid: user.gid,
    cwd: folder,
    env: postgresEnv(),
    encoding: 'utf8',
  });
  rmSync(passwordFile);
  if (run.status !== 0) {
    rmSync(part, { recursive: true, force: true });
    throw new Error(`The database could not be created in ${folder}: ${run.error?.message ?? run.stderr.trim()}`);
  }
  renameSync(part, data);
}

function isAbandoned(name: string): boolean {
  const pid = /^(?:data|password)\.new-(\d+)$/.exec(name)?.[1];
  return pid !== undefined && !isAlive(Number(pid));
}

/** A process that has ended and that nobody has asked for yet (a zombie, for a moment after its parent died) is not alive. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !/^\d+ \(.*\) Z /s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
