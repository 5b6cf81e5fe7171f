import { RateLimiterRes } from 'rate-limiter-flexible';
import type { Database } from '#db/database.ts';
import { inTransaction } from '#db/transaction.ts';
import { invalid, Problem } from '../problem.ts';
import { audit } from './audit.server.ts';
import type { Auth } from './auth.server.ts';
import { sessionOf } from './own-sessions.server.ts';
import { assertPasswords, endFormerAccess, hashInTurn, setPasswordHash, verifyInTurn } from './password-hash.server.ts';
import { passwordProblem } from './password-problem.server.ts';
import { refuse } from './refusals.server.ts';
import type { Viewer } from './roles.ts';

/**
 * Somebody changes their own password and says the one before, so that an unlocked screen is not enough. Their other sessions end.
 *
 * @param headers of the request: its session goes on
 * @throws Problem 422, 429 after 5 wrong ones in 10 minutes, 503 where too many passwords wait already
 */
export async function changeOwnPassword(
  { auth, db }: { auth: Auth; db: Database },
  viewer: Viewer,
  headers: Headers,
  { former, password }: { former: string; password: string },
): Promise<void> {
  assertPasswords(auth);
  const problem = passwordProblem(password, { email: viewer.email ?? '', name: viewer.name });
  if (problem) throw invalid([{ path: 'password', message: problem }]);
  await assertOwnPassword({ auth, db }, viewer, former);
  if (former === password) throw invalid([{ path: 'password', message: 'This is the password that you have. Choose another one.' }]);
  const here = await sessionOf(auth, headers);
  const hash = await hashInTurn(auth, password, true);
  await inTransaction(db.pool, async (client) => {
    await setPasswordHash(client, viewer.id, hash);
    await endFormerAccess(client, viewer.id, here);
    await audit(client, { action: 'person.password', actor: viewer, object: objectOf(viewer), after: { by: 'password' } });
  });
}

/** Whoever has only ever come through the company's provider has none. */
export async function hasPassword({ pool }: Database, viewer: Viewer): Promise<boolean> {
  const { rowCount } = await pool.query(
    `select from app_accounts where user_id::text = $1 and provider_id = 'credential' and password is not null`,
    [viewer.id],
  );
  return rowCount === 1;
}

const objectOf = ({ id, name }: Viewer) => ({ type: 'person', id, name });

/**
 * Whoever sits at an unlocked screen does not know it. Counted before it is checked, so that tries at the same time cannot pass together.
 *
 * @throws Problem 422 of the field "former", 429, 503
 */
export async function assertOwnPassword({ auth, db }: { auth: Auth; db: Database }, viewer: Viewer, password: string): Promise<void> {
  try {
    await auth.failures.own.consume(viewer.id);
  } catch (limit) {
    if (!(limit instanceof RateLimiterRes)) throw limit;
    const minutes = Math.ceil(limit.msBeforeNext / 60_000);
    throw new Problem(429, 'rate_limited', `Too many tries. Wait ${minutes === 1 ? 'a minute' : `${minutes} minutes`}, then try again.`, {
      retryAfterS: limit.msBeforeNext / 1000,
    });
  }
  const { rows } = await db.pool.query<{ password: string | null }>(
    `select password from app_accounts where user_id::text = $1 and provider_id = 'credential'`,
    [viewer.id],
  );
  const hash = rows[0]?.password;
  if (!hash || password === '' || password.length > 1_000 || !(await verifyInTurn(auth, hash, password))) {
    refuse({ action: 'person.password', refused: 'The password of before was wrong.', actor: viewer, object: objectOf(viewer) });
    throw invalid([{ path: 'former', message: 'This is not your password.' }]);
  }
  await auth.failures.own.delete(viewer.id);
}
