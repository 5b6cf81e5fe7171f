import type { Task } from 'graphile-worker';
import { keepReport, outdatedReports } from '#app/domain/reporting/keep-reports.server.ts';
import type { Database } from '#db/database.ts';

/** Every minute: counts what ended since, so that reports need not. */
export const keepReports =
  (db: Database): Task =>
  async () => {
    for (const id of await outdatedReports(db.pool)) await keepReport(db.pool, id);
  };
