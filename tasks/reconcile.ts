import type { Task } from 'graphile-worker';
import type { Logger } from '#app/config/log.server.ts';
import { reconcile } from '#app/domain/workers/reconcile.server.ts';
import type { Database } from '#db/database.ts';

/** Every minute: looks for what must not be, mends it and says so. */
export const reconcileLedger =
  (db: Database, log: Logger): Task =>
  async () => {
    await reconcile(db, log);
  };
