import type { Database } from '#db/database.ts';

/** One contact file that came into a campaign. `created_at` is ISO 8601 in UTC. */
export interface ImportRecord {
  id: number;
  /** Null where a program sent it without a name. */
  file_name: string | null;
  rows: number;
  accepted: number;
  duplicates: number;
  rejected: number;
  created_at: string;
  created_by: string | null;
}

const SHOWN = 50;

/** A campaign's imports, newest first, at most 50: more than that came from a program, which keeps its own book. */
export async function listImports(db: Database, campaignId: number): Promise<ImportRecord[]> {
  const { rows } = await db.pool.query<Omit<ImportRecord, 'created_at'> & { created_at: Date }>(
    `select id, file_name, rows, accepted, duplicates, rejected, created_at, created_by
     from imports where campaign_id = $1 order by id desc limit $2`,
    [campaignId, SHOWN],
  );
  return rows.map((row) => ({ ...row, created_at: row.created_at.toISOString() }));
}
