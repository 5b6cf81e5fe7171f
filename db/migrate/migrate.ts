import { runMigrations } from 'graphile-worker';
import { runner } from 'node-pg-migrate';
import pg from 'pg';
import { applyDefinitions } from './definitions.ts';
import { migrationsFolder } from './migrations.ts';

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
  const applied = await runner({
    databaseUrl: url,
    dir: migrationsFolder,
    direction: 'up',
    migrationsTable: 'schema_migrations',
    checkOrder: true,
    advisoryLockMode: 'wait',
    log: () => {},
  });
  const client = new pg.Client(url);
  await client.connect();
  try {
    return [...applied.map((migration) => migration.name), ...(await applyDefinitions(client, { all: applied.length > 0 }))];
  } finally {
    await client.end();
  }
}
