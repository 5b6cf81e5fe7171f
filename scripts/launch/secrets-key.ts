import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileVariable, isGiven } from '../../app/config/secret-files.server.ts';
import { secretsInDatabase } from '../../app/domain/secrets/stored-secrets.server.ts';
import { openDatabase } from '../../db/database.ts';
import { describeError, LaunchError } from './error.ts';

type Source = Record<string, string | undefined>;

const fileIn = (dataDir: string) => resolve(join(dataDir, 'secrets-key'));

/** What a command takes as SECRETS_KEY where nobody set it: the file that `npm start` left. Empty where there is none. */
export function keptSecretsKey(source: Source): Source {
  const file = fileIn(source.DATA_DIR || '.data');
  return isGiven(source, 'SECRETS_KEY') || !existsSync(file) ? {} : { [fileVariable('SECRETS_KEY')]: file };
}

/**
 * The same for `npm start`, which makes the key where nobody set one: into a file that only its owner may read, never into the database. A
 * database of others, in which secrets stand in the clear already, stays as it is: processes elsewhere would not know the key.
 *
 * @throws LaunchError where the database's secrets are encrypted with a key that is not here: another one would not read them
 */
export async function makeSecretsKey(source: Source, dataDir: string, databaseUrl: string, embedded: boolean): Promise<Source> {
  if (isGiven(source, 'SECRETS_KEY')) return {};
  const file = fileIn(dataDir);
  if (!existsSync(file)) {
    const db = openDatabase(databaseUrl, { max: 1, applicationName: 'rollcall start' });
    const there = await secretsInDatabase(db)
      .catch((error: unknown) => {
        throw new LaunchError(`The database could not be reached: ${describeError(error)}`);
      })
      .finally(() => db.pool.end());
    if (there.sealed > 0)
      throw new LaunchError(
        `The secrets in the database are encrypted, and the key to them is not here: ${file} is missing, and SECRETS_KEY is not set. ` +
          'Put the file back, or set SECRETS_KEY to the key. Nothing was changed. Where it is lost for good: docs/operations.md, "A lost key".',
      );
    if (there.clear > 0 && !embedded) return {};
    keepNewKey(file);
  }
  return { [fileVariable('SECRETS_KEY')]: file };
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
