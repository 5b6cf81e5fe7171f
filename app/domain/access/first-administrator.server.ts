import { timingSafeEqual } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';
import type { Database } from '#db/database.ts';
import { inTransaction } from '#db/transaction.ts';
import { parseInput } from '../parse-input.ts';
import { conflict, invalid } from '../problem.ts';
import { audit } from './audit.server.ts';
import type { Auth } from './auth.server.ts';
import { hashOfLink, isLinkToken } from './link-secret.server.ts';
import { hashInTurn, setPasswordHash } from './password-hash.server.ts';
import { passwordProblem } from './password-problem.server.ts';
import { firstPerson } from './people-input.ts';
import { refuse } from './refusals.server.ts';
import type { SecretStore } from './secrets.server.ts';

/** In `app_secrets` until there is an administrator: what whoever reads the log of the web process has, and other visitors have not. */
export const SETUP_TOKEN = 'setup_token';
/** What its encryption is bound to. */
export const SETUP_PLACE = `app_secrets ${SETUP_TOKEN}`;

/** Is there nobody who could let others in? */
export async function needsFirstAdministrator(pool: Pool | PoolClient): Promise<boolean> {
  const { rowCount } = await pool.query(`select from app_users where role = 'admin' limit 1`);
  return rowCount === 0;
}

/** Is it the link of the log? */
export async function isSetupToken({ pool, seals }: SecretStore, token: string): Promise<boolean> {
  const { rows } = await pool.query<{ value: string }>('select value from app_secrets where name = $1', [SETUP_TOKEN]);
  if (!rows[0] || !isLinkToken(token)) return false;
  return timingSafeEqual(hashOfLink(token), hashOfLink(seals.open(rows[0].value, SETUP_PLACE)));
}

/**
 * The first administrator makes themself, with what stands in the log. Of two at once one does. Where passwords are switched off they get none: the
 * provider's sign-in finds the account by its address.
 *
 * @throws Problem 409 `link_ended` where there is one already, 422 (the field "token" where it is not what the log says), 503
 */
export async function makeFirstAdministrator(
  { auth, db }: { auth: Auth; db: Database },
  token: string,
  input: { name: string; email: string; password: string },
): Promise<{ id: string; email: string }> {
  if (!(await needsFirstAdministrator(db.pool))) throw ended();
  if (!(await isSetupToken(db, token))) {
    refuse({ action: 'person.add', refused: 'It was to be the first administrator, without what the log says.' });
    throw invalid([{ path: 'token', message: 'This is not what stands in the log.' }]);
  }
  const { name, email } = parseInput(firstPerson, { name: input.name, email: input.email });
  const hash = auth.oidc?.settings.only ? null : await chosenHash(auth, input.password, { email, name });

  return inTransaction(db.pool, async (client) => {
    await client.query(`select pg_advisory_xact_lock(hashtext('rollcall first access'))`);
    if (!(await needsFirstAdministrator(client)) || !(await isSetupToken({ ...db, pool: client }, token))) throw ended();
    const { rows } = await client.query<{ id: string }>(
      // never null: id

      `insert into app_users (name, email, email_verified, role) values ($1, $2, false, 'admin') on conflict (email) do nothing returning id::text`,
      [name, email],
    );
    const id = rows[0]?.id;
    if (!id) throw invalid([{ path: 'email', message: `${email} has an account already.` }]);
    if (hash !== null) await setPasswordHash(client, id, hash);
    await client.query('delete from app_secrets where name = $1', [SETUP_TOKEN]);
    const actor = { id, name, email, via: 'session' } as const;
    await audit(client, {
      action: 'person.add',
      actor,
      object: { type: 'person', id, name },
      after: { email, role: 'admin', first: true },
    });
    return { id, email };
  });
}

async function chosenHash(auth: Auth, password: string, owner: { email: string; name: string }): Promise<string> {
  const problem = passwordProblem(password, owner);
  if (problem) throw invalid([{ path: 'password', message: problem }]);
  return hashInTurn(auth, password, false);
}

const ended = () => conflict('There is an administrator already. Sign in, or ask them to invite you.', 'link_ended');
