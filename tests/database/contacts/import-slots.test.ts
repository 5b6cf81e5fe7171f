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

  // Two connections are what slow ones may take of four; three that trickle in take none.
  const under = campaigns.map(start);
  await vi.waitFor(() => expect(ends).toHaveLength(3));
  const connections = await Promise.all([1, 2, 3, 4].map(() => db.pool.connect()));
  for (const client of connections) client.release();
  for (const end of ends) end();
  expect(await Promise.all(under)).toMatchObject([{ accepted: 1 }, { accepted: 1 }, { accepted: 1 }]);
});
