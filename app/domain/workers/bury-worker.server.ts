import type { Database } from '#db/database.ts';
import { requestSettle } from '#db/ledger/conclude.ts';
import { expireClaims } from '#db/ledger/lapse.ts';
import { endWorker, freeJobsOfWorker } from './worker-registry.server.ts';

/**
 * Takes over from a worker that is dead for certain: what it was sending becomes `unknown`, its jobs are free again. Each step may be
 * repeated; the registry says last that it is done. The caller holds the dead worker's lock.
 */
export async function buryWorker(db: Database, workerId: number, unknownGraceS: number): Promise<{ jobs: number; claims: number }> {
  const claims = await expireClaims(db.pool, { claimedBy: workerId }, unknownGraceS);
  // Also where there are none any more: whoever began this may have died before asking.
  await requestSettle(db.pool, unknownGraceS);
  const jobs = await freeJobsOfWorker(db.pool, workerId);
  await endWorker(db.pool, workerId, 'died');
  return { jobs, claims };
}
