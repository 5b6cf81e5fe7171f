import type { Database } from '#db/database.ts';
import { inTransaction } from '#db/transaction.ts';
import type { Auth } from './auth.server.ts';
import { openSeed, sealSeed } from './second-factor-seed.server.ts';

/**
 * Second factors that the former secret of sessions encrypted are encrypted anew with the current one, so that the former can go. What neither
 * reads stays as it is.
 *
 * @returns how many were
 */
export async function renewSeeds(db: Database, auth: Auth): Promise<number> {
  const { secretConfig } = await auth.sessions.$context;
  if (typeof secretConfig === 'string') return 0;
  const current = `$ba$${secretConfig.currentVersion}$`;
  return inTransaction(db.pool, async (client) => {
    const { rows } = await client.query<{ user_id: string; seed: string | null; next_seed: string | null }>(
      `select user_id::text, seed, next_seed from second_factors
       where not starts_with(coalesce(seed, $1), $1) or not starts_with(coalesce(next_seed, $1), $1) order by user_id for update`,
      [current],
    );
    const renewed = async (id: string, sealed: string | null) => {
      const seed = sealed === null ? null : await openSeed(auth, id, sealed);
      return seed === null ? sealed : sealSeed(auth, id, seed);
    };
    for (const { user_id, seed, next_seed } of rows) {
      await client.query('update second_factors set seed = $2, next_seed = $3 where user_id::text = $1', [
        user_id,
        await renewed(user_id, seed),
        await renewed(user_id, next_seed),
      ]);
    }
    return rows.length;
  });
}
