import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { createTestDatabase } from '#tests/support/database.ts';
import { emptyDraft } from '#tests/support/import.ts';

// A small young generation, so that garbage not yet collected does not hide what is held.
const smallHeap = ['--max-old-space-size=64', '--max-semi-space-size=4'];

test('250,000 contacts (95 MB) pass through a 64 MB heap, and memory outside it stays flat', { timeout: 120_000 }, async () => {
  const { db, url, drop } = await createTestDatabase();
  try {
    const campaignId = await emptyDraft(db);
    const script = fileURLToPath(new URL('../../support/import-in-child.ts', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [...smallHeap, script, url, String(campaignId), '250000']);
    const { accepted, grownMb } = JSON.parse(stdout);
    expect(accepted).toBe(250_000);
    expect(grownMb).toBeLessThan(40);
  } finally {
    await drop();
  }
});
