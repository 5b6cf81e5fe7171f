import type { Task } from 'graphile-worker';
import type { AlertSender } from '#app/domain/alerts/alert-sender.server.ts';
import { deliverAlert } from '#app/domain/alerts/deliver-alert.server.ts';
import type { Database } from '#db/database.ts';
import { deliveryPayload } from './payloads.ts';

/** One alert to one endpoint; Graphile's own retries space its tries. */
export const deliverAlerts =
  (db: Database, sender: AlertSender): Task =>
  async (payload, { job }) => {
    await deliverAlert(db, sender, deliveryPayload.parse(payload).delivery_id, job.attempts, job.max_attempts);
  };
