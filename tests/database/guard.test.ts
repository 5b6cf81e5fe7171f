import { afterAll, beforeAll, expect, test } from 'vitest';
import { allowedFrom, statuses } from '#db/ledger/transitions.ts';
import { draftCampaign, numbered } from '#tests/support/campaigns.ts';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';
import { applyDefinitions } from '../../db/migrate/definitions.ts';

let own: TestDatabase;
beforeAll(async () => {
  own = await createTestDatabase();
});
afterAll(() => own.drop());

test('a recipient becomes what the table of transitions allows and nothing else, whoever writes it', async () => {
  const { pool } = own.db;
  const campaign = await draftCampaign(own.db, { addresses: numbered(statuses.length ** 2) });
  await pool.query(`update campaigns set status = 'SENDING', moving = true, started_at = now() where id = $1`, [campaign]);
  const ids = (await pool.query<{ id: number }>('select id from recipients where campaign_id = $1 order by id', [campaign])).rows;
  const become = (id: number | undefined, status: string) =>
    pool.query(
      `update recipients set status = $3::recipient_status, attempt_id = 1,
         claimed_at = case when $3 = 'sending' then now() end, next_attempt_at = case when $3 = 'retrying' then now() end,
         sent_at = case when $3 = 'sent' then now() end, failed_at = case when $3 = 'failed' then now() end,
         failure_code = case when $3 = 'failed' then 'timeout' end
       where campaign_id = $1 and id = $2`,
      [campaign, id, status],
    );
  const pairs = statuses.flatMap((from) => statuses.map((to) => ({ from, to, id: ids.pop()?.id })));
  await pool.query('alter table recipients disable trigger recipient_moves');
  for (const { id, from } of pairs) await become(id, from);
  await pool.query('alter table recipients enable trigger recipient_moves');

  const passed: string[] = [];
  for (const { id, from, to } of pairs) {
    const refused = await become(id, to).then(
      () => null,
      (error: Error) => error.message,
    );
    if (refused === null) passed.push(`${from} ${to}`);
    else expect(refused).toBe(`a recipient that is ${from} cannot become ${to}`);
  }
  const listed = statuses.flatMap((from) => [from, ...allowedFrom(from)].map((to) => `${from} ${to}`));
  expect(passed.sort()).toEqual(listed.sort());
});

test('current texts are applied once, a changed one alone, and an older version turns nothing back', async () => {
  const client = await own.db.pool.connect();
  try {
    expect(await applyDefinitions(client)).toEqual([]);
    // The database of the version before: one text was another.
    await client.query(`update schema_definitions set number = 0, texts = jsonb_set(texts, '{definitions/drafts.sql}', '"another"')`);
    await client.query('drop trigger campaign_listed on campaigns');
    expect(await applyDefinitions(client)).toEqual(['definitions/drafts.sql']);
    const { rowCount } = await client.query(`select from pg_trigger where tgname = 'campaign_listed'`);
    expect(rowCount).toBe(1);
    // A newer version came after ours.
    await client.query(`insert into schema_definitions (number, texts) values (1000000, '{}')`);
    expect(await applyDefinitions(client)).toEqual([]);
  } finally {
    client.release();
  }
});

test('a text waits for locks a little at a time, and ends nobody’s statement', async () => {
  const [holder, client] = await Promise.all([own.db.pool.connect(), own.db.pool.connect()]);
  try {
    await client.query(`delete from schema_definitions`);
    await holder.query('begin; lock table recipients in row exclusive mode');
    const applied = applyDefinitions(client);
    const waits = async () =>
      (await own.db.pool.query(`select from pg_locks where not granted and relation = 'recipients'::regclass`)).rowCount;
    await expect.poll(waits).toBe(1);
    await expect.poll(waits).toBe(0); // out of the way of others
    // In the order of every statement that changes the ledger: recipients, then their campaign.
    await holder.query('lock table campaigns in row exclusive mode');
    await holder.query('commit');
    expect(await applied).toContain('ledger/recipients.sql');
  } finally {
    holder.release();
    client.release();
  }
});
