import { randomBytes } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';
import type { Database } from '#db/database.ts';

/** A database, or a transaction in it. */
export interface SecretStore extends Omit<Database, 'pool'> {
  pool: Pool | PoolClient;
}

const GENERATED = 'generated';

/** A secret of this installation, made on first use (32 random bytes, base64url) and the same for every process from then on. @throws SealProblem */
export async function keptSecret(db: SecretStore, name: string): Promise<string> {
  const known = db.secrets.get(name) ?? (await findSecret(db, name));
  if (known !== null) {
    db.secrets.set(name, known);
    return known;
  }
  await db.pool.query('insert into app_secrets (name, value) values ($1, $2) on conflict (name) do nothing', [
    name,
    db.seals.seal(randomBytes(32).toString('base64url'), `app_secrets ${name}`),
  ]);
  return keptSecret(db, name);
}

/** Null where none was made. @throws SealProblem */
async function findSecret(db: SecretStore, name: string): Promise<string | null> {
  const { rows } = await db.pool.query<{ value: string }>('select value from app_secrets where name = $1', [name]);
  return rows[0] ? db.seals.open(rows[0].value, `app_secrets ${name}`) : null;
}

export interface SessionSecrets {
  /** Signs cookies from now on. */
  secret: string;
  /** Signed them before, and is believed beside it. */
  formerSecret: string | null;
}

/** What of the configuration says it; the word "generated" means the secret that the database keeps. */
interface SessionSettings {
  sessionSecret?: string | undefined;
  sessionSecretOld?: string | undefined;
}

/** The name of the generated secret that signed before the one that the database keeps now. */
export const FORMER_SESSION = 'session_old';

/** SESSION_SECRET and SESSION_SECRET_OLD, or what the database keeps. @throws SealProblem */
export async function sessionSecrets(db: Database, env: SessionSettings): Promise<SessionSecrets> {
  const secret = env.sessionSecret ?? (await keptSecret(db, 'session'));
  const former =
    env.sessionSecretOld === GENERATED ? await findSecret(db, 'session') : (env.sessionSecretOld ?? (await formerGenerated(db, env)));
  return { secret, formerSecret: former === secret ? null : former };
}

/** What signs the session cookies. @throws SealProblem */
export const sessionSecret = async (db: Database, env: SessionSettings): Promise<string> => (await sessionSecrets(db, env)).secret;

const formerGenerated = (db: Database, env: SessionSettings) => (env.sessionSecret ? null : findSecret(db, FORMER_SESSION));
