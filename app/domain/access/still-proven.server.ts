import type { Pool } from 'pg';

/** By what somebody signs in: the password of this hash, and a code besides or not. */
export interface Proof {
  hash: string;
  secondFactor: boolean;
}

/**
 * A new password and a second factor that is set up end the sessions that are there. One that begins at that moment, by what was right just
 * before, would outlive them: so once it is there it is looked again, behind whoever changes that now, and it ends where it is right no more.
 *
 * @returns false where it ended
 */
export async function endUnlessProven(pool: Pool, session: string, userId: string, { hash, secondFactor }: Proof): Promise<boolean> {
  const account = await pool.query<{ password: string | null }>(
    `select password from app_accounts where user_id::text = $1 and provider_id = 'credential' for share`,
    [userId],
  );
  const factor = await pool.query<{ some: boolean }>(
    // never null: some

    'select seed is not null as some from second_factors where user_id::text = $1 for share',
    [userId],
  );
  if (account.rows[0]?.password === hash && (factor.rows[0]?.some ?? false) === secondFactor) return true;
  await pool.query('delete from app_sessions where id::text = $1', [session]);
  return false;
}
