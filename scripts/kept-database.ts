import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded-postgres.ts';
import { describeError, LaunchError } from './launch-error.ts';

/** How often a database that ends by itself is started again. */
const RESTARTS = 5;

/**
 * The embedded database, started again on the same port where it ends unasked; web and worker connect again by themselves.
 *
 * @throws LaunchError
 */
export async function keepDatabase(dataDir: string, say: (line: string) => void): Promise<{ url: string; stop(): Promise<void> }> {
  let stopping = false;
  let restarts = 0;
  const start = (port?: number) => startEmbeddedPostgres({ folder: join(dataDir, 'postgres'), port, say });
  const watch = (database: EmbeddedPostgres) => {
    void database.ended.then(async (log) => {
      if (stopping) return;
      say(`PostgreSQL ended unexpectedly. The end of its log:\n${log}`);
      if (++restarts > RESTARTS) return;
      await delay(500);
      current = start(database.port).then((again) => {
        watch(again);
        return again;
      });
      current.catch((error: unknown) => say(describeError(error)));
    });
  };
  const first = await start().catch((error: unknown) => {
    throw new LaunchError(describeError(error));
  });
  let current = Promise.resolve(first);
  watch(first);
  return {
    url: first.url,
    async stop() {
      stopping = true;
      const database = await current.catch(() => undefined);
      await database?.stop();
    },
  };
}
