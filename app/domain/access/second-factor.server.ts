import { createHash } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';
import type { Database } from '#db/database.ts';
import { inTransaction } from '#db/transaction.ts';
import { conflict, invalid } from '../problem.ts';
import { audit } from './audit.server.ts';
import type { Auth } from './auth.server.ts';
import { cancelSecondFactor, forgetWrongCodes } from './begun-factor.server.ts';
import { assertOwnPassword } from './own-account.server.ts';
import { readableSecret } from './readable-password.server.ts';
import type { Viewer } from './roles.ts';
import { groupedCode, readCode, type SecondFactorState, type TypedCode } from './second-factor.ts';
import { forApps, newSeed, openSeed, sealSeed, stepOf } from './second-factor-seed.server.ts';

interface Access {
  auth: Auth;
  db: Database;
}

interface Row {
  seed: string | null;
  last_step: number;
  next_seed: string | null;
}

/** How many recovery codes somebody gets. */
const CODES = 10;
/** ms after a sign-in in which the password needs not be said again. */
const FRESH_MS = 600_000;
/** What an app was not shown for an hour is shown anew. */
const BEGUN = `next_at > now() - interval '1 hour'`;

/** Is this account asked for a code? */
export async function hasSecondFactor(pool: Pool | PoolClient, userId: string): Promise<boolean> {
  const { rowCount } = await pool.query('select from second_factors where user_id::text = $1 and seed is not null', [userId]);
  return rowCount === 1;
}

export async function secondFactorState({ auth, db }: Access, viewer: Viewer, headers: Headers): Promise<SecondFactorState> {
  const { rows } = await db.pool.query<{ set_up_at: Date | null; codes_left: number; next_seed: string | null; has_password: boolean }>(
    // never null: codes_left, has_password

    `select f.set_up_at, (select count(*)::int from recovery_codes r where r.user_id = u.id) as codes_left,
       case when ${BEGUN} then f.next_seed end as next_seed,
       exists (select from app_accounts a where a.user_id = u.id and a.provider_id = 'credential' and a.password is not null) as has_password
     from app_users u left join second_factors f on f.user_id = u.id where u.id::text = $1`,
    [viewer.id],
  );
  const row = rows[0];
  const session = await sessionNow(auth, headers);
  const seed = row?.next_seed && session ? await openSeed(auth, begunBy(viewer, session.id), row.next_seed) : null;
  return {
    set_up_at: row?.set_up_at?.toISOString() ?? null,
    codes_left: row?.codes_left ?? 0,
    required: await auth.secondFactorRoles.include(viewer.role),
    has_password: row?.has_password ?? false,
    asks_password: !isFresh(session),
    begun: seed ? forApps(seed, viewer.email ?? viewer.name, auth.baseUrl) : null,
  };
}

async function sessionNow(auth: Auth, headers: Headers): Promise<{ id: string; createdAt: Date } | null> {
  return (await auth.sessions.api.getSession({ headers }))?.session ?? null;
}

const isFresh = (session: { createdAt: Date } | null) => session !== null && Date.now() - session.createdAt.getTime() < FRESH_MS;

/** What is begun is sealed for the session that began it: to the account's other sessions, of whoever knows the password, nothing is begun. */
const begunBy = ({ id }: Viewer, session: string) => `${id}/${session}`;

/**
 * A new seed for an app, shown to and confirmed by this session only; what was there before goes on until a first code of the new one was seen.
 *
 * @throws Problem 409 where the session has ended, 422 for a wrong password, 429, 503
 */
export async function beginSecondFactor({ auth, db }: Access, viewer: Viewer, headers: Headers, password: string): Promise<void> {
  const session = await sessionNow(auth, headers);
  if (!session) throw conflict('You are signed out. Sign in, then begin again.');
  if (!isFresh(session) || (await hasSecondFactor(db.pool, viewer.id))) await assertOwnPassword({ auth, db }, viewer, password);
  const sealed = await sealSeed(auth, begunBy(viewer, session.id), newSeed());
  await inTransaction(db.pool, async (client) => {
    await client.query(
      `insert into second_factors (user_id, next_seed, next_at) values ($1, $2, now())
       on conflict (user_id) do update set next_seed = excluded.next_seed, next_at = excluded.next_at`,
      [viewer.id, sealed],
    );
    await audit(client, { action: 'person.factor_begin', actor: viewer, object: objectOf(viewer) });
  });
}

/** What was begun comes to nothing, as its person says; a phone of before goes on. */
export async function giveUpSecondFactor({ db }: Pick<Access, 'db'>, viewer: Viewer): Promise<void> {
  await inTransaction(db.pool, async (client) => {
    if (!(await cancelSecondFactor(client, viewer.id))) return;
    await audit(client, { action: 'person.factor_cancel', actor: viewer, object: objectOf(viewer) });
  });
}

/**
 * The first code of the app: from now on each sign-in asks for one. Sessions that began without it end.
 *
 * @param here the session that began it, and goes on
 * @returns the recovery codes, which stand in this answer only
 * @throws Problem 409 where nothing was begun, 422 for a wrong code
 */
export async function confirmSecondFactor({ auth, db }: Access, viewer: Viewer, text: string, here: string | null): Promise<string[]> {
  return inTransaction(db.pool, async (client) => {
    const { rows } = await client.query<Row>(
      `select seed, last_step, case when ${BEGUN} then next_seed end as next_seed from second_factors where user_id::text = $1 for update`,
      [viewer.id],
    );
    const seed = rows[0]?.next_seed && here ? await openSeed(auth, begunBy(viewer, here), rows[0].next_seed) : null;
    if (!seed) throw conflict('This was begun too long ago, or in another window. Begin again.');
    const typed = readCode(text);
    const step = typed?.kind === 'code' ? stepOf(seed, typed.code) : null;
    if (step === null) throw invalid([{ path: 'code', message: WRONG_FIRST_CODE }]);
    await client.query(
      `update second_factors set seed = $3, set_up_at = now(), last_step = $2, next_seed = null, next_at = null where user_id::text = $1`,
      [viewer.id, step, await sealSeed(auth, viewer.id, seed)],
    );
    const codes = await replaceCodes(client, viewer.id);
    await client.query('delete from app_sessions where user_id::text = $1 and id::text is distinct from $2', [viewer.id, here]);
    await audit(client, { action: 'person.factor', actor: viewer, object: objectOf(viewer), after: { replaced: rows[0]?.seed != null } });
    return codes;
  });
}

const WRONG_FIRST_CODE =
  'This is not the code that the app shows now. Wait for the next one. If that is wrong as well, see that the clock of the phone is set by itself.';

/** Ten new ones; those of before open nothing any more. @throws Problem 409, 422 for a wrong password, 429, 503 */
export async function renewRecoveryCodes({ auth, db }: Access, viewer: Viewer, password: string): Promise<string[]> {
  await assertOwnPassword({ auth, db }, viewer, password);
  return inTransaction(db.pool, async (client) => {
    if (!(await hasSecondFactor(client, viewer.id))) throw conflict('There is no second factor to have codes for. Reload the page.');
    const codes = await replaceCodes(client, viewer.id);
    await audit(client, { action: 'person.codes', actor: viewer, object: objectOf(viewer), after: { codes: CODES } });
    return codes;
  });
}

/** From now on the password alone opens the account. @throws Problem 409 where the role asks for it, 422 for a wrong password, 429, 503 */
export async function removeOwnSecondFactor({ auth, db }: Access, viewer: Viewer, password: string): Promise<void> {
  await assertOwnPassword({ auth, db }, viewer, password);
  await inTransaction(db.pool, async (client) => {
    const { rowCount } = await client.query('select from second_factor_roles where role = $1', [viewer.role]);
    if (rowCount) throw conflict('Your role asks for a second factor. You can set up another phone instead.');
    if (!(await forgetSecondFactor(client, viewer.id))) throw conflict('There is no second factor any more. Reload the page.');
    await audit(client, { action: 'person.factor_end', actor: viewer, object: objectOf(viewer) });
  });
}

/** @returns false where there was none */
export async function forgetSecondFactor(client: PoolClient, userId: string): Promise<boolean> {
  const { rows } = await client.query<{ had: boolean }>(
    // never null: had

    'delete from second_factors where user_id::text = $1 returning seed is not null as had',
    [userId],
  );
  await forgetWrongCodes(client, userId);
  return rows[0]?.had ?? false;
}

/**
 * Is it a code of this account that was not used before? It is used up by that. Of two uses at once one is right.
 *
 * @returns how many recovery codes are left where it was one of them; null where it was wrong, "unreadable" where no code of the app can be checked
 */
export async function tryCode(
  { auth, db }: Access,
  { userId, name, email }: { userId: string; name: string; email: string },
  { kind, code }: TypedCode,
): Promise<{ left: number | null } | 'unreadable' | null> {
  return inTransaction(db.pool, async (client) => {
    const { rows } = await client.query<Pick<Row, 'seed' | 'last_step'>>(
      'select seed, last_step from second_factors where user_id::text = $1 and seed is not null for update',
      [userId],
    );
    const row = rows[0];
    if (!row?.seed) return null;
    if (kind === 'code') {
      const seed = await openSeed(auth, userId, row.seed);
      if (!seed) return 'unreadable';
      const step = stepOf(seed, code);
      if (step === null || step <= row.last_step) return null;
      // Encrypted anew, so that whoever signs in while the secret changes is not asked to set it up again.
      const sealed = await sealSeed(auth, userId, seed);
      await client.query('update second_factors set last_step = $2, seed = $3 where user_id::text = $1', [userId, step, sealed]);
      return { left: null };
    }
    const used = await client.query('delete from recovery_codes where user_id::text = $1 and hash = $2', [userId, hashOf(code)]);
    if (!used.rowCount) return null;
    const left = (await client.query('select from recovery_codes where user_id::text = $1', [userId])).rowCount ?? 0;
    const actor = { id: userId, name, email, via: 'session' } as const;
    await audit(client, { action: 'session.recovery', actor, object: { type: 'person', id: userId, name }, after: { left } });
    return { left };
  });
}

async function replaceCodes(client: PoolClient, userId: string): Promise<string[]> {
  const codes = Array.from({ length: CODES }, () => readableSecret(15));
  await client.query('delete from recovery_codes where user_id::text = $1', [userId]);
  await client.query('insert into recovery_codes (user_id, hash) select $1, unnest($2::bytea[])', [userId, codes.map(hashOf)]);
  return codes.map(groupedCode);
}

// 74 random bits need no slow hash.
const hashOf = (code: string) => createHash('sha256').update(code).digest();

const objectOf = ({ id, name }: Viewer) => ({ type: 'person', id, name });
