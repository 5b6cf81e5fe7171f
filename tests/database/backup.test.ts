import { appendFileSync, chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { askDatabase as ask } from '#tests/support/ask-database.ts';
import { migrate } from '../../db/migrate/migrate.ts';
import { backUpEmbedded, restoreEmbedded } from '../../scripts/backup/embedded.ts';
import { readManifest } from '../../scripts/backup/files.ts';
import { startEmbeddedPostgres } from '../../scripts/postgres/embedded-postgres.ts';

let root: string;
let folder: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'rollcall-backup-'));
  chmodSync(root, 0o755);
  folder = join(root, 'data dir #1 $HOME');
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

test('the embedded database is copied while it is written to, put back, and knows that it was', async () => {
  const server = await startEmbeddedPostgres({ folder });
  const backup = join(root, 'first');
  try {
    await migrate(server.url);
    await ask(server.url, `insert into campaigns (name, channel) select 'before ' || n, 'email' from generate_series(1, 200) n`);
    let writing = true;
    const writer = (async () => {
      while (writing) await ask(server.url, `insert into campaigns (name, channel) values ('meanwhile', 'sms')`);
    })();
    await backUpEmbedded(server.url, folder, backup);
    writing = false;
    await writer;
    await expect(backUpEmbedded(server.url, folder, backup)).rejects.toThrow(/is never written over/);
    await expect(restoreEmbedded(folder, backup, true)).rejects.toThrow(/is running/);
    await ask(server.url, `insert into campaigns (name, channel) values ('after', 'email')`);
  } finally {
    await server.stop();
  }
  await expect(restoreEmbedded(folder, backup, false)).rejects.toThrow(/say --replace/);
  const { keptAs } = await restoreEmbedded(folder, backup, true);
  expect(existsSync(keptAs as string)).toBe(true);

  const again = await startEmbeddedPostgres({ folder });
  try {
    const [row] = await ask<{ before: number; after: number; state: string }>(
      again.url,
      `select count(*) filter (where name like 'before%')::integer as before, count(*) filter (where name = 'after')::integer as after, ledger_state(1) as state from campaigns`,
    );
    expect(row).toEqual({ before: 200, after: 0, state: 'restored' });
  } finally {
    await again.stop();
  }

  // A damaged or incomplete copy changes nothing.
  const files = Object.keys(readManifest(backup).files);
  appendFileSync(join(backup, 'data', files.find((name) => name.startsWith('base')) as string), 'x');
  const before = readdirSync(folder);
  await expect(restoreEmbedded(folder, backup, true)).rejects.toThrow(/is damaged/);
  rmSync(join(backup, 'data', 'PG_VERSION'));
  await expect(restoreEmbedded(folder, backup, true)).rejects.toThrow(/is not whole/);
  rmSync(join(backup, 'manifest.json'));
  await expect(restoreEmbedded(folder, backup, true)).rejects.toThrow(/is no backup/);
  expect(readdirSync(folder)).toEqual(before);
}, 180_000);
