import type { PoolClient } from 'pg';
import type { Database } from '#db/database.ts';
import { isSealed } from '#db/seals.ts';
import { inTransaction } from '#db/transaction.ts';
import { audit } from '../access/audit.server.ts';
import { type StoredSecret, storedSecrets, writeSecret } from './stored-secrets.server.ts';

/**
 * Encrypts what stands in the clear, once there is a key, and anew what an old key encrypted. Called when a process starts: all or nothing, and
 * of several processes one while the others wait. Every secret is read before one is written, so that a wrong key changes nothing.
 *
 * @returns how many were encrypted now
 * @throws SealProblem
 */
export async function keepSealed(db: Database): Promise<number> {
  const { seals } = db;
  return inTransaction(db.pool, async (client) => {
    const secrets = await lockSecrets(client);
    const stale = secrets
      .map((secret) => ({ ...secret, opened: seals.open(secret.stored, secret.place) }))
      .filter(({ stored }) => !seals.isCurrent(stored));
    for (const secret of stale) await writeSecret(client, secret, seals.seal(secret.opened, secret.place));
    if (stale.length > 0) {
      const encrypted = stale.filter(({ stored }) => !isSealed(stored)).length;
      await audit(client, { action: 'secret.seal', object: { type: 'secret' }, after: { encrypted, anew: stale.length - encrypted } });
    }
    return stale.length;
  });
}

/** One process at a time. Whoever makes or changes a secret meanwhile waits for the row. */
export async function lockSecrets(client: PoolClient): Promise<StoredSecret[]> {
  await client.query(`select pg_advisory_xact_lock(hashtext('rollcall secrets'))`);
  return storedSecrets(client);
}

/** Said at each start without a key. */
export const IN_THE_CLEAR =
  'SECRETS_KEY is not set, so the secrets that the database keeps stand in it unencrypted: whoever reads it or a backup can use them. docs/operations.md, "The key for secrets", tells how to set one.';
