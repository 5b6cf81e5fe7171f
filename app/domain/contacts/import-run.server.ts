import type { Database } from '#db/database.ts';
import { inTransaction } from '#db/transaction.ts';
import { ask } from '../access/ask.server.ts';
import { audit } from '../access/audit.server.ts';
import { Problem } from '../problem.ts';

const TELL_EVERY_MS = 1_000;

/** An import while it runs, as every tab and process can see it, with a way to stop it from anywhere. */
export interface ImportRun {
  /** Rows read up to now. */
  rows: number;
  /** @throws Problem 409 once somebody asked to stop */
  check(): void;
  saving(pid: number): void;
  done(): Promise<void>;
  failed(message: string): Promise<void>;
}

/** @throws Problem 404 where the campaign is gone */
export async function startRun(db: Database, campaignId: number, fileName: string | null, startedBy: string): Promise<ImportRun> {
  const { rows } = await db.pool.query<{ id: number }>(
    `with old as (delete from import_runs where campaign_id = $1 and (state = 'failed' or seen_at < now() - interval '2 minutes'))
     insert into import_runs (campaign_id, file_name, started_by) values ($1, $2, $3) returning id`,
    [campaignId, fileName, startedBy],
  );
  const id = rows[0]?.id as number;
  let stopped = false;
  let state = 'reading';
  let backend: number | null = null;
  const run = { rows: 0 };
  const timer = setInterval(() => {
    db.pool
      .query<{ stop: boolean }>('update import_runs set rows = $2, state = $3, seen_at = now() where id = $1 returning stop', [
        id,
        run.rows,
        state,
      ])
      .then(async ({ rows: [told] }) => {
        if (!told?.stop) return;
        stopped = true;
        if (backend !== null) await db.pool.query('select pg_cancel_backend($1)', [backend]);
      })
      .catch(() => {}); // the next one comes in time
  }, TELL_EVERY_MS);
  return Object.assign(run, {
    check() {
      if (stopped) throw new Problem(409, 'stopped', 'The import was stopped. Nothing was imported.');
    },
    saving(pid: number) {
      state = 'saving';
      backend = pid;
    },
    async done() {
      clearInterval(timer);
      await db.pool.query('delete from import_runs where id = $1', [id]).catch(() => {});
    },
    async failed(message: string) {
      clearInterval(timer);
      await db.pool
        .query(`update import_runs set state = 'failed', message = $2, seen_at = now() where id = $1`, [id, message])
        .catch(() => {});
    },
  });
}

/** Nothing of it is imported. One that has ended or was stopped stays as it is. */
export async function stopImport(db: Database, campaignId: number, runId: number): Promise<void> {
  ask('campaigns:write');
  await inTransaction(db.pool, async (client) => {
    const { rows } = await client.query<{ name: string; file_name: string | null }>(
      `update import_runs r set stop = true from campaigns c
       where r.id = $1 and r.campaign_id = $2 and r.state <> 'failed' and not r.stop and c.id = r.campaign_id returning c.name, r.file_name`,
      [runId, campaignId],
    );
    if (!rows[0]) return;
    const { name, file_name } = rows[0];
    await audit(client, { action: 'recipient.stop', object: { type: 'campaign', id: campaignId, name }, before: { file: file_name } });
  });
}

/** Takes the word about a failed import away. */
export async function dismissImport(db: Database, campaignId: number, runId: number): Promise<void> {
  ask('campaigns:write');
  await db.pool.query(
    `delete from import_runs where id = $1 and campaign_id = $2 and (state = 'failed' or seen_at < now() - interval '2 minutes')`,
    [runId, campaignId],
  );
}
