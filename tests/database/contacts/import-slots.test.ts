import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { importContacts } from '#app/domain/contacts/import-contacts.server.ts';
import { type Database, openDatabase } from '#db/database.ts';
import { draftCampaign } from '#tests/support/campaigns.ts';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';

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

  const under = [start(campaigns[0]), start(campaigns[1])];
  await expect(start(campaigns[2])).rejects.toMatchObject({ status: 429, code: 'rate_limited' });
  expect((await db.pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);

  await vi.waitFor(() => expect(ends).toHaveLength(2));
  for (const end of ends) end();
  expect(await Promise.all(under)).toMatchObject([{ accepted: 1 }, { accepted: 1 }]);
  const last = start(campaigns[2]);
  await vi.waitFor(() => expect(ends).toHaveLength(3));
  ends[2]?.();
  expect(await last).toMatchObject({ accepted: 1 });
});
