import type { Database } from '#db/database.ts';
import { ask } from '../access/ask.server.ts';
import type { ImportRecord, RunningImport } from './import-record.ts';

const SHOWN = 50;

/** A campaign's imports, newest first, at most 50: more than that came from a program, which keeps its own book. */
export async function listImports(db: Database, campaignId: number): Promise<ImportRecord[]> {
  ask('campaigns:read');
  const { rows } = await db.pool.query<Omit<ImportRecord, 'created_at'> & { created_at: Date }>(
    `select id, file_name, rows, accepted, duplicates, rejected, left_out, created_at, created_by
     from imports where campaign_id = $1 order by id desc limit $2`,
    [campaignId, SHOWN],
  );
  return rows.map((row) => ({ ...row, created_at: row.created_at.toISOString() }));
}

/** A campaign's imports under way, oldest first. One that was not heard of for two minutes ended with its process. */
export async function listRuns(db: Database, campaignId: number): Promise<RunningImport[]> {
  ask('campaigns:read');
  const { rows } = await db.pool.query<Omit<RunningImport, 'started_at'> & { started_at: Date; lost: boolean }>(
    `select id, file_name, state, rows, message, started_by, started_at, state <> 'failed' and seen_at < now() - interval '2 minutes' as lost
     from import_runs where campaign_id = $1 order by id limit $2`,
    [campaignId, SHOWN],
  );
  return rows.map(({ lost, ...row }) => ({
    ...row,
    ...(lost && {
      state: 'failed' as const,
      message: 'Rollcall was restarted while this list was imported. Nothing was imported; import it again.',
    }),
    started_at: row.started_at.toISOString(),
  }));
}
