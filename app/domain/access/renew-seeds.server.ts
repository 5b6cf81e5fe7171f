import type { Database } from '#db/database.ts';
import { inTransaction } from '#db/transaction.ts';
import type { Auth } from './auth.server.ts';
import { openSeed, sealSeed } from './second-factor-seed.server.ts';

/**
 * Second factors that the former secret of sessions encrypted are encrypted anew with the current one, so that the former can go. What neither
 * reads stays as it is, and so does what was begun: it counts for an hour only.
 *
 * @returns how many were
 */
export async function renewSeeds(db: Database, auth: Auth): Promise<number> {
  const { secretConfig } = await auth.sessions.$context;
  if (typeof secretConfig === 'string') return 0;
  const current = `$ba$${secretConfig.currentVersion}$`;
  return inTransaction(db.pool, async (client) => {
    const { rows } = await client.query<{ user_id: string; seed: string }>(
      // never null: seed

      `select user_id::text, seed from second_factors where not starts_with(seed, $1) order by user_id for update`,
      [current],
    );
    for (const { user_id, seed } of rows) {
      const open = await openSeed(auth, user_id, seed);
      if (open === null) continue;
      await client.query('update second_factors set seed = $2 where user_id::text = $1', [user_id, await sealSeed(auth, user_id, open)]);
    }
    return rows.length;
  });
}
