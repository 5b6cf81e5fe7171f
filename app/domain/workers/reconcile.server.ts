import type { Logger } from 'pino';
import type { Database } from '#db/database.ts';
import { mendCounters } from '#db/ledger/counters.ts';
import { renewLostJobs } from '#db/ledger/offer.ts';
import { tellCampaigns } from '../limits/provider-gates.server.ts';
import {
  activeCampaigns,
  alone,
  endDoneCampaigns,
  freeOrphanedJobs,
  logRepairs,
  type Repair,
  removeDeadJobs,
  requestMissingDispatches,
  requestMissingLists,
  requestMissingStarts,
} from './repairs.server.ts';

/**
 * Compares ledger, jobs and counters, and mends what does not agree. On a healthy system it mends nothing; what it had to mend is logged
 * and kept in `repairs`, since it tells of a bug or of somebody's hand in the database.
 */
export async function reconcile(db: Database, log: Logger): Promise<Repair[]> {
  return (await alone(db.pool, () => mend(db, log))) ?? [];
}

/** Paused campaigns whose ledger has been counted as it still is: millions of rows need not be counted each minute. */
const counted = new Map<number, number>();

async function mend(db: Database, log: Logger): Promise<Repair[]> {
  // Counters first: whoever is queued or sent to is found among those who wait by how many there are.
  const repairs: Repair[] = [];
  for (const { id, version, resting } of await activeCampaigns(db.pool)) {
    if (resting && counted.get(id) === version) continue;
    if (await mendCounters(db.pool, id)) repairs.push({ kind: 'counters_wrong', campaignId: id, repaired: 1 });
    if (resting) counted.set(id, version);
    else counted.delete(id);
  }
  // A campaign that started at the moment in which its channel was held or stopped did not see it.
  for (const channel of ['email', 'sms'] as const) await tellCampaigns(db.pool, channel);
  repairs.push(
    ...(await freeOrphanedJobs(db.pool)),
    ...(await renewLostJobs(db.pool)).map(({ campaignId, renewed }) => ({ kind: 'job_missing' as const, campaignId, repaired: renewed })),
    ...(await removeDeadJobs(db.pool)),
    ...(await requestMissingDispatches(db.pool)),
    ...(await requestMissingLists(db.pool)),
    ...(await requestMissingStarts(db.pool)),
    ...(await endDoneCampaigns(db.pool)),
  );
  if (repairs.length > 0) {
    await logRepairs(db.pool, repairs);
    log.warn({ repairs }, 'the reconciler mended the ledger');
  }
  return repairs;
}
