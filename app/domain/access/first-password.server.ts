import type { Pool, PoolClient } from 'pg';

/** In `app_secrets`: the first administrator's address, a space, the password that was made for them, which is encrypted like any secret. */
export const FIRST_PASSWORD = 'first_password';

/** Somebody has signed in, or this account has another password now: it is shown no more. */
export async function forgetFirstPassword(pool: Pool | PoolClient, email?: string): Promise<void> {
  await pool.query(`delete from app_secrets where name = $1 and ($2::text is null or split_part(value, ' ', 1) = $2)`, [
    FIRST_PASSWORD,
    email ?? null,
  ]);
}
