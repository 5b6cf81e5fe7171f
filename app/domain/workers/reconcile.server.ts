import type { Logger } from '#app/log.server.ts';
import type { Database } from '#db/database.ts';
import {
  activeCampaigns,
  addMissingJobs,
  checkCounters,
  endDoneCampaigns,
  freeOrphanedJobs,
  logRepairs,
  type Repair,
  removeDeadJobs,
  requestMissingDispatches,
} from '#db/queries/reconcile.ts';

/**
 * Compares ledger, jobs and counters, and mends what does not agree. On a healthy system it mends nothing; what it had to mend is logged
 * and kept in `repairs`, since it tells of a bug or of somebody's hand in the database.
 */
export async function reconcile(db: Database, log: Logger): Promise<Repair[]> {
  // Counters first: whoever is queued or sent to is found among those who wait by how many there are.
  const repairs: Repair[] = [];
  for (const id of await activeCampaigns(db.pool)) repairs.push(...(await checkCounters(db.pool, id)));
  repairs.push(
    ...(await freeOrphanedJobs(db.pool)),
    ...(await addMissingJobs(db.pool)),
    ...(await removeDeadJobs(db.pool)),
    ...(await requestMissingDispatches(db.pool)),
    ...(await endDoneCampaigns(db.pool)),
  );
  if (repairs.length > 0) {
    await logRepairs(db.pool, repairs);
    log.warn({ repairs }, 'the reconciler mended the ledger');
  }
  return repairs;
}
