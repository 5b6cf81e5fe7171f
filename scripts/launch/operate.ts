import { existsSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Env, EnvError, readEnv } from '../../app/config/env.server.ts';
import { secretValue } from '../../app/config/secret-files.server.ts';
import { startProblem } from '../../app/config/start-problem.server.ts';
import { through } from '../../app/domain/access/door.server.ts';
import { type Database, openDatabase } from '../../db/database.ts';
import { createSeals } from '../../db/seals.ts';
import { findRunning, startEmbeddedPostgres } from '../postgres/embedded-postgres.ts';
import { keptSecretsKey } from './secrets-key.ts';

export interface Operation {
  env: Env;
  db: Database;
  /** Of a direct connection. */
  url: string;
  /** Where it is the embedded one: its folder under DATA_DIR. */
  embeddedFolder: string | null;
  positionals: string[];
  values: Record<string, boolean | string | undefined>;
}

type Options = NonNullable<NonNullable<Parameters<typeof parseArgs>[0]>['options']>;

/**
 * Runs a command of an operator on the database that `npm start` or production uses: DATABASE_URL, else the embedded one, which is started for
 * as long as the command takes where it does not run. What goes wrong is told in a sentence; exit status 1, 2 for a wrong call.
 *
 * @param usage printed for --help and for a wrong call
 */
export async function operate(usage: string, work: (operation: Operation) => Promise<void>, options: Options = {}): Promise<void> {
  let stop = async () => {};
  let url = '';
  try {
    const { values, positionals } = readArguments(usage, options);
    if (values.help) return console.log(usage);
    const place = await findDatabase(process.env);
    stop = place.stop;
    url = place.url;
    const found = { DATABASE_URL: url, DATABASE_DIRECT_URL: url, DATABASE_URL_FILE: undefined, DATABASE_DIRECT_URL_FILE: undefined };
    const env = readEnv({
      ...process.env,
      ...(await keptSecretsKey(process.env, url, place.embeddedFolder !== null)),
      LAUNCHED: '1',
      ...found,
    });
    const seals = createSeals(env.secretsKey, env.secretsKeyOld);
    const db = openDatabase(url, { max: 4, applicationName: 'rollcall operator', seals });
    try {
      await through({ door: 'command', address: null, device: whoRuns() }, () =>
        work({ env, db, url, embeddedFolder: place.embeddedFolder, positionals, values }),
      );
    } finally {
      await db.pool.end();
    }
  } catch (error) {
    const known = error instanceof EnvError ? error.message : startProblem(error, url);
    console.error(known ?? (error instanceof Error ? error.message : error));
    process.exitCode = error instanceof WrongCall ? 2 : 1;
  } finally {
    await stop();
  }
}

/** The command and the system's own name of who runs it, for the audit log: nobody signs in here. */
function whoRuns(): string {
  let user = 'unknown';
  try {
    user = userInfo().username;
  } catch {
    // The user has no name: in a container that runs under a number.
  }
  return `npm run ${process.env.npm_lifecycle_event ?? 'command'}, ${user} on ${hostname()}`;
}

/** The command was called in a way that it does not understand. Exit status 2. */
export class WrongCall extends Error {
  override name = 'WrongCall';
}

function readArguments(usage: string, options: Options) {
  try {
    const { values, positionals } = parseArgs({ allowPositionals: true, options: { ...options, help: { type: 'boolean', short: 'h' } } });
    return { values: values as Operation['values'], positionals };
  } catch (error) {
    throw new WrongCall(`${(error as Error).message}\n\n${usage}`);
  }
}

interface FoundDatabase {
  url: string;
  embeddedFolder: string | null;
  /** Whether it ran before this command. */
  running: boolean;
  stop(): Promise<void>;
}

/** @throws a sentence where there is no database to work on */
async function findDatabase(source: Record<string, string | undefined>): Promise<FoundDatabase> {
  const given = secretValue(source, 'DATABASE_DIRECT_URL') ?? secretValue(source, 'DATABASE_URL');
  if (given && given !== 'embedded') return { url: given, embeddedFolder: null, running: true, stop: async () => {} };
  const folder = join(resolve(source.DATA_DIR || '.data'), 'postgres');
  if (!existsSync(folder))
    throw new Error(
      `There is no database: DATABASE_URL is not set, and ${folder} does not exist. Is DATA_DIR right, and are you in Rollcall's folder?`,
    );
  const running = findRunning(folder);
  if (running) return { url: running.url, embeddedFolder: folder, running: true, stop: async () => {} };
  const started = await startEmbeddedPostgres({ folder, say: (line) => console.error(line) });
  return { url: started.url, embeddedFolder: folder, running: false, stop: () => started.stop() };
}
