// npm run schema [-- --check]: writes db/schema.sql and db/definitions.json, or tells whether they are what the migrations make.
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { hashOfTexts, readDefinitions, readNumber } from '../db/migrate/definitions.ts';
import { migrate } from '../db/migrate/migrate.ts';
import { startEmbeddedPostgres } from './postgres/embedded-postgres.ts';
import { dumpSchema } from './schema-dump.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'rollcall-schema-'));
chmodSync(folder, 0o755);
const database = await startEmbeddedPostgres({ folder, settings: { fsync: 'off' } });
try {
  await migrate(database.url);
  const client = new pg.Client(database.url);
  await client.connect();
  const schema = await dumpSchema(client);
  await client.end();
  const fresh = { 'db/schema.sql': schema, 'db/definitions.json': numberDefinitions() };
  process.exitCode = process.argv.includes('--check') ? check(fresh) : write(fresh);
} finally {
  await database.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** A changed set of functions, triggers and views gets the next number. */
function numberDefinitions(): string {
  const kept = readNumber();
  const hash = hashOfTexts(readDefinitions().texts);
  return `${JSON.stringify({ number: kept.hash === hash ? kept.number : kept.number + 1, hash }, null, 2)}\n`;
}

function write(files: Record<string, string>): number {
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(root, name), text);
    console.log(`${name} written`);
  }
  return 0;
}

function check(files: Record<string, string>): number {
  const stale = Object.entries(files).filter(
    ([name, text]) => !existsSync(join(root, name)) || readFileSync(join(root, name), 'utf8') !== text,
  );
  for (const [name] of stale) console.error(`${name} is not what the migrations make. Run "npm run schema" and commit the result.`);
  return stale.length > 0 ? 1 : 0;
}
