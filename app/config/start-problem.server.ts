import { NotMigrated } from '#db/migrate/migrations.ts';
import { SealProblem } from '#db/seals.ts';
import { type Env, EnvError, readEnv } from './env.server.ts';
import { createLogger } from './log.server.ts';

/** A sentence for whoever starts Rollcall: what is wrong and what to do. */
export class StartProblem extends Error {
  override name = 'StartProblem';
}

const NOT_MIGRATED = 'The database is not migrated. Run `npm run migrate`, then start again.';

const BUSY =
  'The tables were in use all the time, by a long import or somebody’s open transaction, so the database is not brought up to date yet. Wait for it to end, then run `npm run migrate` again.';

/** What a code of PostgreSQL or of the network means at the start. Text in braces is taken from the database's URL. */
const MEANINGS: Record<string, string> = {
  ECONNREFUSED: 'No PostgreSQL answers at {place}. Is it running, and do host and port in DATABASE_URL agree with it?',
  ECONNRESET: 'PostgreSQL at {place} closed the connection. Does it demand SSL (add ?sslmode=require to DATABASE_URL)?',
  ENOTFOUND: 'There is no host named {host}. Look at DATABASE_URL.',
  EAI_AGAIN: 'The name {host} could not be looked up. Look at DATABASE_URL and at the network.',
  ETIMEDOUT: 'PostgreSQL at {place} does not answer. Look at the network and at the host in DATABASE_URL.',
  EHOSTUNREACH: 'The host {host} cannot be reached. Look at the network and at DATABASE_URL.',
  ENETUNREACH: 'The host {host} cannot be reached. Look at the network and at DATABASE_URL.',
  '28P01':
    'PostgreSQL refused the password of user {user}. Look at DATABASE_URL; characters such as @ : / # in a password are written as %40 %3A %2F %23.',
  '28000': 'PostgreSQL does not let user {user} in: {said}',
  '3D000': 'There is no database named {database} at {place}. Make it with: createdb {database}',
  '42501': 'User {user} may not do what Rollcall needs in this database: {said}',
  '42P01': NOT_MIGRATED,
  '42703': NOT_MIGRATED,
  '42883': NOT_MIGRATED,
  '42704': NOT_MIGRATED,
  '3F000': NOT_MIGRATED,
  '53300': 'PostgreSQL at {place} has no connection left. Raise max_connections, or stop what else uses it.',
  '57P03': 'PostgreSQL at {place} is starting or recovering. Start again in a moment.',
  '25006': 'The database at {place} takes no writes (it is a standby). DATABASE_URL must lead to the primary.',
  '55P03': BUSY,
  '40P01': BUSY,
  EACCES: 'A file or port may not be used: {said}. A port below 1024 needs another user or a proxy in front.',
  ENOSPC: 'The disk is full: {said}',
  '53100': 'The disk of PostgreSQL at {place} is full: {said}. Make room on it, then start again.',
};

const TIMED_OUT = /timeout exceeded|connection terminated due to connection timeout/i;

/**
 * One line about why a process could not start, where that is nobody's bug; null for anything else, whose stack is worth reading.
 *
 * @param databaseUrl of which only user, host, port and database are shown
 */
export function startProblem(error: unknown, databaseUrl: string): string | null {
  if (error instanceof StartProblem || error instanceof NotMigrated || error instanceof SealProblem) return error.message;
  const of = error instanceof AggregateError && error.errors.length > 0 ? (error.errors[0] as unknown) : error;
  if (!(of instanceof Error)) return null;
  const code = String((of as { code?: unknown }).code ?? '');
  const meaning = MEANINGS[code] ?? withoutCode(of.message);
  if (!meaning) return null;
  const url = URL.canParse(databaseUrl) ? new URL(databaseUrl) : null;
  const facts: Record<string, string> = {
    host: url?.hostname || 'localhost',
    place: `${url?.hostname || 'localhost'}:${url?.port || 5432}`,
    user: decodeURIComponent(url?.username ?? '') || '(none)',
    database: decodeURIComponent(url?.pathname.slice(1) ?? '') || '(none)',
    said: oneLine(of.message),
  };
  return oneLine(meaning.replaceAll(/\{(\w+)\}/g, (_, name: string) => facts[name] ?? ''));
}

/** What pg itself throws carries no code. */
function withoutCode(message: string): string | undefined {
  if (TIMED_OUT.test(message)) return MEANINGS.ETIMEDOUT;
  if (/client password must be a string|password must be a string/i.test(message))
    return 'PostgreSQL at {place} asks for a password, and DATABASE_URL has none for user {user}.';
  if (/does not support SSL/i.test(message)) return 'PostgreSQL at {place} does not speak SSL. Take sslmode out of DATABASE_URL.';
  if (/certificate|self-signed/i.test(message)) return `The certificate of PostgreSQL at {place} is not believed: {said}`;
  if (/Connection terminated unexpectedly/i.test(message)) return MEANINGS.ECONNRESET;
  return undefined;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, '; ').trim();
}

/**
 * Runs an entry's start. What fails there ends the process with status 1 and says why: in words on a terminal, as one JSON line where logs are.
 */
export async function startOrExit(start: (env: Env) => Promise<void>): Promise<void> {
  let env: Env | undefined;
  try {
    env = readEnv();
    await start(env);
  } catch (error) {
    const log = createLogger({ logLevel: env && env.logLevel !== 'silent' ? env.logLevel : 'info' });
    const problem = error instanceof EnvError ? error.message : startProblem(error, env?.databaseDirectUrl ?? '');
    if (problem) log.fatal(problem);
    else log.fatal({ err: error }, 'Rollcall could not start');
    process.exit(1);
  }
}
