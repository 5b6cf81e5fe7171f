import type { JobHelpers } from 'graphile-worker';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneCampaign } from '#app/domain/campaigns/clone-campaign.server.ts';
import { deleteCampaign } from '#app/domain/campaigns/delete-campaign.server.ts';
import { getCampaign } from '#app/domain/campaigns/get-campaign.server.ts';
import { listCampaigns } from '#app/domain/campaigns/list-campaigns.server.ts';
import { sendCampaign } from '#app/domain/campaigns/send-campaign.server.ts';
import { findPeople } from '#app/domain/people/find-people.server.ts';
import { listRecipients } from '#app/domain/recipients/list-recipients.server.ts';
import { removeRecipients } from '#app/domain/recipients/remove-recipients.server.ts';
import { removeFromList } from '#db/ledger/remove-list.ts';
import { cloneCampaignRecipients } from '#tasks/clone-recipients.ts';
import { removeList } from '#tasks/remove-list.ts';
import { draftCampaign } from '#tests/support/campaigns.ts';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';
import { importText } from '#tests/support/import.ts';
import { ana } from '#tests/support/sending.ts';

const SIZE = 45_000;
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const count = async (sql: string, values: unknown[]) =>
  (await database.db.pool.query<{ n: number }>(`select count(*)::integer as n from ${sql}`, values)).rows[0]?.n;
const peopleOf = (id: number) => count('recipients where campaign_id = $1', [id]);

/** A draft with a long list, and an import whose every line was refused. */
async function longDraft(): Promise<{ id: number; importId: number }> {
  const { pool } = database.db;
  const id = await draftCampaign(database.db, { addresses: [] });
  await pool.query(`insert into recipients (campaign_id, address) select $1, n || '@long.test' from generate_series(1, $2) n`, [id, SIZE]);
  const { rows } = await pool.query<{ id: number }>(
    'insert into imports (campaign_id, rows, accepted, duplicates, rejected) values ($1, $2, 0, 0, $2) returning id',
    [id, SIZE],
  );
  const importId = rows[0]?.id as number;
  await pool.query(`insert into import_rejects select $1, n, 'x', 'not a valid address' from generate_series(1, $2) n`, [importId, SIZE]);
  return { id, importId };
}

/** The jobs that wait, and what a worker that takes them does. */
async function runJobs(task: 'remove_list' | 'clone_recipients'): Promise<number> {
  const { rows } = await database.db.pool.query<{ id: string; payload: unknown }>(
    `select j.id::text, j.payload from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
     where t.identifier = $1`,
    [task],
  );
  const run = { remove_list: removeList, clone_recipients: cloneCampaignRecipients }[task](database.db);
  for (const { payload } of rows) await run(payload, {} as JobHelpers);
  await database.db.pool.query('select graphile_worker.complete_jobs($1::bigint[])', [rows.map(({ id }) => id)]);
  return rows.length;
}

test('a draft with a long list is gone at once, and its people after it, also where a worker died in between', async () => {
  const { db } = database;
  const { id, importId } = await longDraft();
  const other = await draftCampaign(db, { addresses: ['1zz@long.test'] });
  await deleteCampaign(db, id);
  await expect(getCampaign(db, id)).rejects.toMatchObject({ status: 404 });
  await expect(listRecipients(db, id)).rejects.toMatchObject({ status: 404 });
  expect((await listCampaigns(db)).data.map((campaign) => campaign.id)).not.toContain(id);
  expect((await findPeople(db, { q: '1', limit: 5 })).data.map(({ campaign }) => campaign.id)).toEqual([other]);
  expect(await peopleOf(id)).toBeGreaterThan(0);

  // A worker that got no further than this.
  expect(await removeFromList(db.pool, { campaignId: id, importIds: [importId] })).toBe(true);
  expect(await runJobs('remove_list')).toBe(1);
  expect(await peopleOf(id)).toBe(0);
  expect(await count('import_rejects where import_id = $1', [importId])).toBe(0);
});

test('a long list that is removed says how far it is, and lets nothing touch it until it is empty', async () => {
  const { db } = database;
  const { id, importId } = await longDraft();
  const emptying = await removeRecipients(db, id);
  expect(emptying).toMatchObject({ preparing: true, emptying: true, preparing_of: SIZE, total: await peopleOf(id), variables: [] });
  expect(emptying.total).toBeLessThan(SIZE);

  const refused = { status: 409, code: 'preparing', message: expect.stringContaining('still being removed') };
  await expect(sendCampaign(db, ana, id, {})).rejects.toMatchObject(refused);
  await expect(cloneCampaign(db, ana, id)).rejects.toMatchObject(refused);
  await expect(deleteCampaign(db, id)).rejects.toMatchObject(refused);
  await expect(removeRecipients(db, id)).rejects.toMatchObject(refused);
  await expect(importText(db, id, 'email\na@example.com\n')).rejects.toMatchObject(refused);

  expect(await runJobs('remove_list')).toBe(1);
  expect(await getCampaign(db, id)).toMatchObject({ preparing: false, emptying: false, preparing_of: null, total: 0, pending: 0 });
  expect(await count('import_rejects where import_id = $1', [importId])).toBe(0);
  expect(await importText(db, id, 'email\na@example.com\n')).toMatchObject({ accepted: 1 });
});

test('a list that was removed while a file arrived stays removed', async () => {
  const { db } = database;
  const { id } = await longDraft();
  async function* removedMeanwhile() {
    yield 'email\na@example.com\n';
    await removeRecipients(db, id);
  }
  await expect(importText(db, id, '', { source: removedMeanwhile() })).rejects.toMatchObject({ status: 409, code: 'preparing' });
  await runJobs('remove_list');
  expect(await peopleOf(id)).toBe(0);
});

test('a short list is gone with its draft, and leaves no work behind', async () => {
  const { db } = database;
  const id = await draftCampaign(db, { addresses: ['a@short.test', 'b@short.test'] });
  expect(await removeRecipients(db, id)).toMatchObject({ preparing: false, emptying: false, preparing_of: null, total: 0 });
  await importText(db, id, 'email\na@short.test\nnobody\n');
  await deleteCampaign(db, id);
  expect(await peopleOf(id)).toBe(0);
  expect(await runJobs('remove_list')).toBe(0);
});

test('a list that is being copied is not removed under the copy', async () => {
  const { db } = database;
  const id = await draftCampaign(db, { addresses: ['a@copy.test', 'b@copy.test'] });
  const clone = await cloneCampaign(db, ana, id);
  expect(clone).toMatchObject({ preparing: true, emptying: false, preparing_of: 2 });
  const refused = { status: 409, code: 'preparing' };
  await expect(deleteCampaign(db, id)).rejects.toMatchObject(refused);
  await expect(removeRecipients(db, id)).rejects.toMatchObject(refused);
  expect(await runJobs('clone_recipients')).toBe(1);
  expect(await getCampaign(db, clone.id)).toMatchObject({ preparing: false, preparing_of: null, total: 2 });
  await deleteCampaign(db, id);
});

test('nobody is added to a campaign that does not exist', async () => {
  const adding = database.db.pool.query(`insert into recipients (campaign_id, address) values (999999, 'a@nowhere.test')`);
  await expect(adding).rejects.toMatchObject({ code: '23503' });
});
