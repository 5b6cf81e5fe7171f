import type { Database } from '#db/database.ts';

export interface EmptyVariable {
  name: string;
  /** Recipients for whom it is empty. */
  count: number;
}

/**
 * For how many recipients each of these variables is empty; those that nobody lacks are left out. Reads the campaign's recipients once,
 * so ask only for the variables that the content uses.
 */
export async function emptyVariables(db: Database, campaignId: number, names: readonly string[]): Promise<EmptyVariable[]> {
  if (names.length === 0) {
    return [];
  }
  const { rows } = await db.pool.query<EmptyVariable>(
    `select name, count(*)::integer as count
     from recipients cross join unnest($2::text[]) with ordinality as asked (name, position)
     where campaign_id = $1 and coalesce(btrim(variables ->> name), '') = ''
     group by name, position order by position`,
    [campaignId, names],
  );
  return rows;
}
