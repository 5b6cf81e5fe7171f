import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { importContacts } from '#app/domain/contacts/import-contacts.server.ts';
import { dismissImport, stopImport } from '#app/domain/contacts/import-run.server.ts';
import { listRuns } from '#app/domain/contacts/list-imports.server.ts';
import { type Database, openDatabase } from '#db/database.ts';
import { draftCampaign } from '#tests/support/campaigns.ts';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';
import { recipientsOf } from '#tests/support/import.ts';

let own: TestDatabase;
let db: Database;
beforeAll(async () => {
  own = await createTestDatabase();
  db = openDatabase(own.url, { max: 4 });
});
afterAll(async () => {
  await db.pool.end();
  await own.drop();
});

test('imports whose senders are slow leave connections to everybody else', async () => {
  const campaigns = [
    await draftCampaign(own.db, { addresses: [] }),
    await draftCampaign(own.db, { addresses: [] }),
    await draftCampaign(own.db, { addresses: [] }),
  ] as const;
  const ends: (() => void)[] = [];
  async function* slow() {
    yield 'email\nana@example.com\n';
    await new Promise<void>((resolve) => ends.push(resolve));
  }
  const start = (campaignId: number) =>
    importContacts(db, { campaignId, viewer: { label: 'Ana' }, source: slow(), contentType: 'text/csv' });

  // Two connections are what slow ones may take of four; three that trickle in take none.
  const under = campaigns.map(start);
  await vi.waitFor(() => expect(ends).toHaveLength(3));
  const connections = await Promise.all([1, 2, 3, 4].map(() => db.pool.connect()));
  for (const client of connections) client.release();
  for (const end of ends) end();
  expect(await Promise.all(under)).toMatchObject([{ accepted: 1 }, { accepted: 1 }, { accepted: 1 }]);
});

test('an import under way is seen with its count and stopped from anywhere, and nothing of it stays', async () => {
  const campaignId = await draftCampaign(own.db, { addresses: [] });
  let end = () => {};
  async function* slow() {
    yield `email\n${Array.from({ length: 3_000 }, (_, i) => `person${i}@example.com`).join('\n')}\n`;
    await new Promise<void>((resolve) => {
      end = resolve;
    });
    yield 'late@example.com\n';
  }
  const request = { campaignId, viewer: { label: 'Ana' }, source: slow(), contentType: 'text/csv', fileName: 'spring.csv' };
  const refused = expect(importContacts(db, request)).rejects.toMatchObject({ status: 409, code: 'stopped' });
  const runs = () => listRuns(own.db, campaignId);
  await vi.waitFor(async () => expect((await runs())[0]?.rows).toBeGreaterThan(0), { timeout: 30_000 });
  const [run] = await runs();
  expect(run).toMatchObject({ file_name: 'spring.csv', state: 'reading', message: null, started_by: 'Ana' });
  const id = run?.id as number;

  const asked = async (campaign: number) => {
    await stopImport(own.db, campaign, id);
    const { rows } = await own.db.pool.query<{ at: Date; stop: boolean }>(
      'select clock_timestamp() as at, stop from import_runs where id = $1',
      [id],
    );
    return rows[0] as { at: Date; stop: boolean };
  };
  expect((await asked(campaignId + 1)).stop).toBe(false);
  const { at } = await asked(campaignId);
  // The import has looked since.
  const seen = () => own.db.pool.query('select from import_runs where id = $1 and seen_at > $2', [id, at]);
  await vi.waitFor(async () => expect((await seen()).rowCount).toBe(1), { timeout: 30_000 });
  end();
  await refused;
  expect(await runs()).toMatchObject([{ id, state: 'failed', message: 'The import was stopped. Nothing was imported.' }]);
  expect(await recipientsOf(own.db, campaignId)).toEqual([]);
  await dismissImport(own.db, campaignId, id);
  expect(await runs()).toEqual([]);

  // One whose process is gone does not run for ever.
  await own.db.pool.query(`insert into import_runs (campaign_id, started_by, seen_at) values ($1, 'Ana', now() - interval '3 minutes')`, [
    campaignId,
  ]);
  expect(await runs()).toMatchObject([{ state: 'failed', message: expect.stringContaining('Rollcall was restarted') }]);
});
