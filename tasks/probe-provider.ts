import type { Task } from 'graphile-worker';
import type { Database } from '#db/database.ts';
import { probeProvider } from '#db/queries/provider-gates.ts';
import { probePayload } from './payloads.ts';

/** A held provider is asked with a single message whether it is well again. */
export const probeHeldProvider =
  (db: Database): Task =>
  async (payload) => {
    await probeProvider(db.pool, probePayload.parse(payload).channel);
  };
