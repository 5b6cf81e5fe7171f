import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Pool } from 'pg';
import { readNumber } from './definitions.ts';

export const migrationsFolder = fileURLToPath(new URL('../migrations', import.meta.url));

/** Read by people at start. */
export class NotMigrated extends Error {
  override name = 'NotMigrated';
}

/**
 * Migrations may be ahead of this code (they run first at an upgrade), never behind it.
 *
 * @throws NotMigrated
 */
export async function assertMigrated(pool: Pool): Promise<void> {
  const { rows: tables } = await pool.query<{ there: boolean }>(`select to_regclass('schema_migrations') is not null as there`);
  const applied = tables[0]?.there ? (await pool.query<{ name: string }>('select name from schema_migrations')).rows : [];
  const names = new Set(applied.map(({ name }) => name));
  const missing = readdirSync(migrationsFolder)
    .filter((file) => file.endsWith('.sql'))
    .map((file) => file.slice(0, -4))
    .filter((name) => !names.has(name))
    .sort();
  if (missing.length === 0) {
    const { rowCount } = await pool.query('select from schema_definitions where number >= $1', [readNumber().number]);
    if (rowCount) return;
    missing.push('its current functions');
  }
  const what = applied.length === 0 ? 'has no tables of Rollcall yet' : `is older than this version (it lacks ${missing.join(', ')})`;
  throw new NotMigrated(`The database is not migrated: it ${what}. Run \`npm run migrate\`, then start again.`);
}
