// npm run reporting-docs [-- --check]: writes the data dictionary of docs/reporting.md from the comments that the migrations leave.
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { migrate } from '../db/migrate/migrate.ts';
import { startEmbeddedPostgres } from './postgres/embedded-postgres.ts';
import { dataDictionary } from './reporting-dictionary.ts';

const file = fileURLToPath(new URL('../docs/reporting.md', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'rollcall-reporting-'));
chmodSync(folder, 0o755);
const database = await startEmbeddedPostgres({ folder, settings: { fsync: 'off' } });
try {
  await migrate(database.url);
  const client = new pg.Client(database.url);
  await client.connect();
  const dictionary = await dataDictionary(client);
  await client.end();

  const kept = readFileSync(file, 'utf8');
  const fresh = kept.replace(
    /(<!-- dictionary:[^\n]*-->\n).*(<!-- end of dictionary -->)/s,
    (_, before, after) => `${before}\n${dictionary}\n${after}`,
  );
  if (process.argv.includes('--check')) {
    if (fresh !== kept)
      console.error('docs/reporting.md is not what the comments say. Run "npm run reporting-docs" and commit the result.');
    process.exitCode = fresh === kept ? 0 : 1;
  } else {
    writeFileSync(file, fresh);
  }
} finally {
  await database.stop();
  rmSync(folder, { recursive: true, force: true });
}
