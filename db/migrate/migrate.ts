import { runMigrations } from 'graphile-worker';
import { runner } from 'node-pg-migrate';
import pg from 'pg';
import { applyDefinitions } from './definitions.ts';
import { migrationsFolder } from './migrations.ts';
import { patiently } from './patiently.ts';

/**
 * Brings the database to the newest schema: Graphile Worker's tables first, since ours carry a trigger on them, then ours in
 * order, then the current texts of functions, triggers and views.
 * Several processes may call it at once; an advisory lock lets one work while the others wait.
 *
 * @param url a direct connection (not a transaction pooler)
 * @returns the names of the migrations and texts that were applied now
 */
export async function migrate(url: string): Promise<string[]> {
  await runMigrations({ connectionString: url });
  const options = { databaseUrl: url, dir: migrationsFolder, migrationsTable: 'schema_migrations', log: () => {} } as const;
  const applied: string[] = [];
  // One after the other, each in a transaction of its own. One of tables in use says how long it waits for locks (see LOCK_TIMEOUT).
  for (let next: string | undefined = ''; next !== undefined; ) {
    const [done] = await patiently(() => runner({ ...options, direction: 'up', checkOrder: true, advisoryLockMode: 'wait', count: 1 }));
    next = done?.name;
    if (next) applied.push(next);
  }
  const client = new pg.Client(url);
  await client.connect();
  try {
    return [...applied, ...(await applyDefinitions(client, { all: applied.length > 0 }))];
  } finally {
    await client.end();
  }
}
