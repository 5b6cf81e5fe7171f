import type { Database } from '#db/database.ts';
import { inTransaction } from '#db/transaction.ts';
import { conflict, invalid } from '../problem.ts';
import { audit } from './audit.server.ts';
import type { Auth } from './auth.server.ts';
import { assertRuns, assertRunsStill, oneAtATime } from './people-guard.server.ts';
import { isRole, type Role, roleLabels, type Viewer } from './roles.ts';
import { hasSecondFactor } from './second-factor.server.ts';

/** The roles that must have a second factor, as the database had them some seconds ago at most. */
export interface SecondFactorRoles {
  include(role: Role): Promise<boolean>;
  /** Must they have one, and have none? */
  lacks(viewer: Pick<Viewer, 'id' | 'role'>): Promise<boolean>;
  /** They were changed somewhere. */
  forget(): void;
}

const REMEMBERED_MS = 5_000;

export async function listSecondFactorRoles(db: Database): Promise<Role[]> {
  const { rows } = await db.pool.query<{ role: Role }>('select role from second_factor_roles order by role');
  return rows.map(({ role }) => role);
}

export function createSecondFactorRoles(db: Database): SecondFactorRoles {
  let known: { roles: Promise<Role[]>; until: number } | undefined;
  async function include(role: Role): Promise<boolean> {
    if (!known || known.until < performance.now()) {
      const mine = { roles: listSecondFactorRoles(db), until: performance.now() + REMEMBERED_MS };
      known = mine;
      mine.roles.catch(() => {
        if (known === mine) known = undefined;
      });
    }
    return (await known.roles).includes(role);
  }
  return {
    include,
    lacks: async ({ id, role }) => (await include(role)) && !(await hasSecondFactor(db.pool, id)),
    forget() {
      known = undefined;
    },
  };
}

/**
 * Whoever has one of these roles and no second factor sets it up before anything else, from their next request on. Whoever asks it of their own
 * role has one already: so somebody can take it back.
 *
 * @throws Problem 403, 409, 422
 */
export async function changeSecondFactorRoles(
  { auth, db }: { auth: Auth; db: Database },
  viewer: Viewer,
  wanted: string[],
): Promise<Role[]> {
  assertRuns(viewer);
  const roles = [...new Set(wanted)].sort();
  if (!roles.every(isRole)) throw invalid([{ path: 'roles', message: 'Choose among the roles.' }]);
  await inTransaction(db.pool, async (client) => {
    await oneAtATime(client);
    await assertRunsStill(client, viewer);
    if (roles.includes(viewer.role) && !(await hasSecondFactor(client, viewer.id))) {
      throw conflict(
        `Set up a second factor for your own account first: as ${roleLabels[viewer.role].toLowerCase()} you would be the first to be asked for it.`,
        'own_account',
      );
    }
    const { rows } = await client.query<{ role: Role }>('delete from second_factor_roles returning role');
    await client.query('insert into second_factor_roles (role) select unnest($1::text[])', [roles]);
    await client.query('select tell_access(null)');
    await audit(client, {
      action: 'settings.change',
      actor: viewer,
      object: { type: 'setting', name: 'Second factor' },
      before: { required_for: rows.map(({ role }) => role).sort() },
      after: { required_for: roles },
    });
  });
  auth.secondFactorRoles.forget();
  return roles;
}
