import { z } from 'zod';
import type { Database } from '#db/database.ts';
import { inTransaction } from '#db/transaction.ts';
import { parseInput } from '../parse-input.ts';
import { audit } from './audit.server.ts';
import { assertRuns } from './people-guard.server.ts';
import { type Permission, people, type Role, type Viewer, withholdable } from './roles.ts';

/** What an administrator took from each role. */
export type Withheld = Record<(typeof withholdable)[number], Permission[]>;

interface Row {
  role: keyof Withheld;
  permission: Permission;
}

/** Of a form or a program: "support people:read" stays with the role, and what is not named is taken from it. */
const input = z.strictObject({
  left: z.array(z.enum(withholdable.flatMap((role) => people.map((permission) => `${role} ${permission}` as const)))).max(20),
});

export async function readWithheld(db: Database): Promise<Withheld> {
  const { rows } = await db.pool.query<Row>('select role, permission from withheld_permissions order by role, permission');
  return byRole(rows);
}

function byRole(rows: readonly Row[]): Withheld {
  const of = (wanted: Role) => rows.filter(({ role }) => role === wanted).map(({ permission }) => permission);
  return { marketer: of('marketer'), support: of('support'), analyst: of('analyst') };
}

/** Holds at once, for everybody of the role and for their keys, in pages that are open, too. @throws Problem 403, 422 */
export async function changeWithheld(db: Database, viewer: Viewer, wanted: { left: string[] }): Promise<Withheld> {
  assertRuns(viewer);
  const { left } = parseInput(input, wanted as z.input<typeof input>);
  const stays = (role: Role, permission: Permission) => (left as string[]).includes(`${role} ${permission}`);
  // Whoever sees nobody exports nobody.
  const taken: Row[] = withholdable.flatMap((role) =>
    people.flatMap((permission) => (stays(role, permission) && stays(role, 'people:read') ? [] : [{ role, permission }])),
  );
  return inTransaction(db.pool, async (client) => {
    await client.query('lock table withheld_permissions in share row exclusive mode');
    const { rows: before } = await client.query<Row>('select role, permission from withheld_permissions order by role, permission');
    const [former, now] = [byRole(before), byRole(taken)];
    const changed = withholdable.filter((role) => former[role].toSorted().join() !== now[role].toSorted().join());
    if (changed.length === 0) return now;
    await client.query('delete from withheld_permissions');
    await client.query('insert into withheld_permissions (role, permission) select * from unnest($1::text[], $2::text[])', [
      taken.map(({ role }) => role),
      taken.map(({ permission }) => permission),
    ]);
    const told = (withheld: Withheld) => Object.fromEntries(changed.map((role) => [`taken_from_${role}`, withheld[role]]));
    await audit(client, {
      action: 'settings.change',
      actor: viewer,
      object: { type: 'setting', name: 'People’s data' },
      before: told(former),
      after: told(now),
    });
    return now;
  });
}

export interface WithheldReader {
  (role: Role): Promise<readonly Permission[]>;
  /** It was changed somewhere. */
  forget(): void;
}

const REMEMBERED_MS = 5_000;

/** As it was at most 5 s ago, since each request asks; a change is told to every web process at once. */
export function createWithheldReader(db: Database): WithheldReader {
  let known: { withheld: Promise<Withheld>; until: number } | undefined;
  const read = async (role: Role) => {
    if (role === 'admin') return [];
    if (!known || known.until <= performance.now()) {
      const mine = { withheld: readWithheld(db), until: performance.now() + REMEMBERED_MS };
      known = mine;
      mine.withheld.catch(() => {
        if (known === mine) known = undefined;
      });
    }
    return (await known.withheld)[role];
  };
  return Object.assign(read, {
    forget: () => {
      known = undefined;
    },
  });
}
