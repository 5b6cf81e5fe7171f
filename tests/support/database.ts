import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { type Database, openDatabase } from '#db/database.ts';
import { administer } from './administer.ts';

export interface TestDatabase {
  url: string;
  db: Database;
  /** Closes `db` and removes the database, whoever is still connected. */
  drop(): Promise<void>;
}

/** A migrated, empty database of the caller's own, cloned from the template (about 50 ms). One for each test file is the habit. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const { url: serverUrl, template } = inject('testServer');
  const name = `rollcall_test_${randomBytes(6).toString('hex')}`;
  await administer(serverUrl, `create database ${name} template ${template}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  const db = openDatabase(url.href, { applicationName: 'test' });
  return {
    url: url.href,
    db,
    async drop() {
      await db.pool.end();
      await administer(serverUrl, `drop database ${name} with (force)`);
    },
  };
}
