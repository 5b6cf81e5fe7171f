import type { PoolClient } from 'pg';
import type { Database } from '#db/database.ts';
import { inTransaction } from '#db/transaction.ts';
import { conflict, notFound } from '../problem.ts';
import { LINK_HOURS } from './access-link.ts';
import { forgetOldLinks } from './invitations.server.ts';
import { newLinkSecret } from './link-secret.server.ts';
import { assertRuns } from './people-guard.server.ts';
import type { Viewer } from './roles.ts';

/** Whose link it is; the secret stands in this answer only. */
export interface MadeReset {
  name: string;
  email: string;
  token: string;
}

/**
 * A link by which somebody chooses another password. Until it is used the account stays as it is.
 *
 * @throws Problem 403, 404, 409 for a disabled account
 */
export async function makeReset(db: Database, viewer: Viewer, userId: string): Promise<MadeReset> {
  assertRuns(viewer);
  return inTransaction(db.pool, async (client) => {
    const { rows } = await client.query<{ name: string; email: string; disabled: boolean }>(
      'select name, email, coalesce(banned, false) as disabled from app_users where id::text = $1',
      [userId],
    );
    const person = rows[0];
    if (!person) throw notFound('There is nobody');
    if (person.disabled) throw conflict(`The account of ${person.name} is disabled. Enable it first.`, 'disabled');
    return { ...person, token: await addReset(client, userId, person, viewer.label, LINK_HOURS.reset) };
  });
}

async function addReset(
  client: PoolClient,
  userId: string,
  { name, email }: { name: string; email: string },
  by: string | null,
  hours: number,
): Promise<string> {
  await forgetOldLinks(client);
  const { token, hash } = newLinkSecret();
  await client.query(
    `insert into access_links (kind, hash, email, name, user_id, created_by, expires_at)
     values ('reset', $1, $2, $3, $4, $5, now() + $6 * interval '1 hour')`,
    [hash, email, name, userId, by, hours],
  );
  return token;
}
