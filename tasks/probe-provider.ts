import type { Task } from 'graphile-worker';
import { probeProvider } from '#app/domain/limits/provider-gates.server.ts';
import type { Database } from '#db/database.ts';
import { probePayload } from './payloads.ts';

/** A held provider is asked with a single message whether it is well again. */
export const probeHeldProvider =
  (db: Database): Task =>
  async (payload) => {
    await probeProvider(db.pool, probePayload.parse(payload).channel);
  };
