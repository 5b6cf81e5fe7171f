import { accessSync, constants, existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { resolve as absolute } from 'node:path';
import { type Env, readEnv } from '../../app/config/env.server.ts';
import { fileVariable } from '../../app/config/secret-files.server.ts';
import { makeFolder } from '../../app/domain/make-folder.server.ts';
import { appUrl } from './app-login.ts';
import { describeError, LaunchError } from './error.ts';
import { keepDatabase } from './kept-database.ts';
import { makeSecretsKey } from './secrets-key.ts';
import { decideLaunch, sandboxEnv } from './settings.ts';

export interface LaunchConfiguration {
  env: Env;
  /** What web, worker and sandbox get as their environment. */
  source: Record<string, string | undefined>;
  sandbox: boolean;
  /** A direct connection of who owns the tables: the superuser of the embedded database, whom web and worker are not. */
  ownerUrl: string;
  /** Ends the embedded database, where there is one. */
  stopDatabase(): Promise<void>;
}

/**
 * Reads .env and the environment, checks them and the ports, and starts the embedded database where there is no other.
 *
 * @throws LaunchError, EnvError
 */
export async function configure(say: (line: string) => void): Promise<LaunchConfiguration> {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const given: Record<string, string | undefined> = process.env;
  const { sandbox, embeddedDatabase } = decideLaunch(given);
  const dataDir = given.DATA_DIR || '.data';
  const launched = given.NODE_ENV === 'production' ? {} : { LAUNCHED: '1' };
  const merged = (databaseUrl: string | undefined, secretsKey: Record<string, string | undefined>): Record<string, string | undefined> => {
    const ours = {
      EMBEDDED_DATABASE: databaseUrl ? '1' : '0',
      ...(databaseUrl ? { DATABASE_URL: databaseUrl, DATABASE_DIRECT_URL: databaseUrl } : {}),
      ...(sandbox ? sandboxEnv(dataDir, Number(given.SANDBOX_PORT || 3025), given) : {}),
    };
    const filesInPlaceOfOurs = Object.fromEntries(Object.keys(ours).map((name) => [fileVariable(name), undefined]));
    return { ...given, ...launched, ...filesInPlaceOfOurs, ...ours, ...secretsKey };
  };
  // All that can be wrong is said before anything is started, also of what the sandbox puts its own values in place of. Only the embedded
  // database's address is not known yet.
  const checked = readEnv({ ...given, ...launched, ...(embeddedDatabase ? { DATABASE_URL: 'postgres://127.0.0.1/rollcall' } : {}) });
  assertWritable(dataDir);
  await assertFree(checked.port, 'PORT', checked.host);
  if (sandbox) await assertFree(checked.sandboxPort, 'SANDBOX_PORT', '127.0.0.1');

  const database = embeddedDatabase ? await keepDatabase(absolute(dataDir), say) : undefined;
  const stopDatabase = async () => database?.stop();
  try {
    const ownerUrl = database?.url ?? checked.databaseDirectUrl;
    const secretsKey = await makeSecretsKey(given, dataDir, ownerUrl, embeddedDatabase, say);
    const source = merged(database && appUrl(database.url), secretsKey);
    return { env: readEnv(source), source, sandbox, ownerUrl, stopDatabase };
  } catch (error) {
    await stopDatabase();
    throw error;
  }
}

function assertWritable(folder: string): void {
  try {
    makeFolder(folder);
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new LaunchError(
      `Nothing can be kept in the folder ${absolute(folder)} (${describeError(error)}). Set DATA_DIR to one that this user may write to.`,
    );
  }
}

async function assertFree(port: number, variable: string, host?: string): Promise<void> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
    await new Promise((resolve) => server.close(resolve));
  } catch (error) {
    const reason =
      (error as NodeJS.ErrnoException).code === 'EADDRINUSE' ? 'is taken by another program' : `cannot be used (${describeError(error)})`;
    throw new LaunchError(`Port ${port} ${reason}. Choose another: ${variable}=${port + 1} npm start`);
  }
}
