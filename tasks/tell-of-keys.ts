import type { Task } from 'graphile-worker';
import { tellOfEndingKeys } from '#app/domain/alerts/keys-that-end.server.ts';
import type { Database } from '#db/database.ts';

/** Every minute: tells of API keys that end soon. */
export const tellOfKeys =
  (db: Database): Task =>
  async () => {
    await tellOfEndingKeys(db.pool);
  };
