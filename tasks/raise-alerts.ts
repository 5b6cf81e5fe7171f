import type { Task } from 'graphile-worker';
import { tellEndpoints } from '#app/domain/alerts/raise-alert.server.ts';
import type { Database } from '#db/database.ts';
import { alertPayload } from './payloads.ts';

/** An alert was raised; asked for by its own insertion. */
export const raiseAlerts =
  (db: Database): Task =>
  async (payload) => {
    await tellEndpoints(db, alertPayload.parse(payload).alert_id);
  };
