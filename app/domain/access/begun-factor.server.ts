import type { Pool, PoolClient } from 'pg';

/** What was begun comes to nothing; a phone of before goes on. @returns false where nothing was */
export async function cancelSecondFactor(client: Pool | PoolClient, userId: string): Promise<boolean> {
  const { rowCount } = await client.query(
    'update second_factors set next_seed = null, next_at = null where user_id::text = $1 and next_seed is not null',
    [userId],
  );
  return Boolean(rowCount);
}

/** Wrong codes of the account, as auth.server.ts counts them: whoever typed them knew a password, or was asked for the codes of a phone, that counts no more. */
export async function forgetWrongCodes(client: PoolClient, userId: string): Promise<void> {
  await client.query(`delete from sign_in_failures where key in ('code:' || $1::text, 'codes:' || $1::text)`, [userId]);
}
