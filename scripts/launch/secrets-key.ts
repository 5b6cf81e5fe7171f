import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileVariable, isGiven } from '../../app/config/secret-files.server.ts';
import { secretsInDatabase } from '../../app/domain/secrets/stored-secrets.server.ts';
import { openDatabase } from '../../db/database.ts';
import { describeError, LaunchError } from './error.ts';

type Source = Record<string, string | undefined>;

const fileIn = (dataDir: string) => resolve(join(dataDir, 'secrets-key'));

/**
 * What a command takes as SECRETS_KEY where nobody set it: the file that `npm start` left. Empty where there is none, and for a database of
 * others that knows nothing of it.
 *
 * @throws LaunchError where the database cannot be asked
 */
export async function keptSecretsKey(source: Source, databaseUrl: string, embedded: boolean): Promise<Source> {
  const file = fileIn(source.DATA_DIR || '.data');
  if (isGiven(source, 'SECRETS_KEY') || !existsSync(file)) return {};
  return embedded || (await sealedIn(databaseUrl)) > 0 ? { [fileVariable('SECRETS_KEY')]: file } : {};
}

/**
 * The same for `npm start`, which makes the key of its own database where nobody set one: into a file that only its owner may read, never
 * into the database. A database of others stays as it is: processes elsewhere would not know the key, and this folder may not last.
 *
 * @throws LaunchError where the database's secrets are encrypted with a key that is not here: another one would not read them
 */
export async function makeSecretsKey(
  source: Source,
  dataDir: string,
  databaseUrl: string,
  embedded: boolean,
  say: (line: string) => void,
): Promise<Source> {
  if (isGiven(source, 'SECRETS_KEY')) return {};
  const file = fileIn(dataDir);
  const kept = { [fileVariable('SECRETS_KEY')]: file };
  if (embedded && existsSync(file)) return kept;
  if ((await sealedIn(databaseUrl)) > 0) {
    if (existsSync(file)) return kept;
    throw new LaunchError(
      `The secrets in the database are encrypted, and the key to them is not here: ${file} is missing, and SECRETS_KEY is not set. ` +
        'Put the file back, or set SECRETS_KEY to the key. Nothing was changed. Where it is lost for good: docs/operations.md, "A lost key".',
    );
  }
  if (!embedded) return {};
  keepNewKey(file);
  say(`Secrets in the database are encrypted with the key in ${file}; a backup is worth nothing without it`);
  return kept;
}

async function sealedIn(databaseUrl: string): Promise<number> {
  const db = openDatabase(databaseUrl, { max: 1, applicationName: 'rollcall start' });
  try {
    return (await secretsInDatabase(db)).sealed;
  } catch (error) {
    throw new LaunchError(`The database could not be reached: ${describeError(error)}`);
  } finally {
    await db.pool.end();
  }
}

/** Whole or not at all; of two that start at once one makes it. */
function keepNewKey(file: string): void {
  const part = `${file}.${process.pid}`;
  writeFileSync(part, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600, flush: true });
  try {
    linkSync(part, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(part);
  }
}
