import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCampaign } from '#app/domain/campaigns/create-campaign.server.ts';
import { getRecipient, getRecipientsByIds } from '#app/domain/recipients/get-recipient.server.ts';
import { listRecipients } from '#app/domain/recipients/list-recipients.server.ts';
import {
  pageOfAll,
  pageOfCode,
  pageOfSearch,
  pageOfSearchAmongFew,
  pageOfStatuses,
} from '#app/domain/recipients/page-recipients.server.ts';
import type { RecipientFilter } from '#app/domain/recipients/recipient-filter.ts';
import { removeRecipients } from '#app/domain/recipients/remove-recipients.server.ts';
import { writeByHand } from '#tests/support/by-hand.ts';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';

let database: TestDatabase;
let campaignId: number;
const SIZE = 20_000;

beforeAll(async () => {
  database = await createTestDatabase();
  const { db } = database;
  campaignId = (await createCampaign(db, { label: 'Ana' }, { name: 'Ledger', channel: 'email' })).id;
  // A second campaign with the same addresses shows that no query looks beyond its own.
  const other = (await createCampaign(db, { label: 'Ana' }, { name: 'Other', channel: 'email' })).id;
  await writeByHand(db.pool);
  for (const id of [other, campaignId]) {
    await db.pool.query(
      `insert into recipients (campaign_id, address, variables)
       select $1, 'person' || lpad((n * 7919 % $2)::text, 6, '0') || '@example.com', '{"name": "Ada"}' from generate_series(0, $2 - 1) n`,
      [id, SIZE],
    );
  }
  await db.pool.query(`update campaigns set status = 'SENDING', doing = 'sending', started_at = now() where id = $1`, [campaignId]);
  await db.pool.query(
    `update recipients set status = (array['pending', 'queued', 'failed', 'sent', 'sent']::recipient_status[])[1 + id % 5],
       failed_at = case when id % 5 = 2 then now() end, failure_code = case when id % 5 = 2 then (array['timeout', 'invalid_address'])[1 + id % 2] end,
       sent_at = case when id % 5 > 2 then now() end
     where campaign_id = $1`,
    [campaignId],
  );
  await db.pool.query('analyze recipients');
});
afterAll(() => database.drop());

async function walk(filter: RecipientFilter): Promise<{ id: number; address: string; status: string; failure_code: string | null }[]> {
  const seen = [];
  let cursor: string | undefined;
  do {
    const page = await listRecipients(database.db, campaignId, { ...filter, cursor });
    seen.push(...page.data);
    cursor = page.next_cursor ?? undefined;
  } while (cursor);
  return seen;
}

test('pages of any size and filter show every matching recipient once, in order', async () => {
  const filters = fc.record({
    status: fc.constantFrom(undefined, 'failed', 'pending,queued', 'queued', 'pending', 'queued,failed', 'sending', 'sent'),
    code: fc.constantFrom(undefined, undefined, 'timeout', 'no_such_code'),
    q: fc.constantFrom('person0001', 'PERSON00199', 'person019999@example.com', 'nobody'),
    limit: fc.integer({ min: 1, max: 60 }),
  });
  await fc.assert(
    fc.asyncProperty(filters, async ({ status, code, q, limit }) => {
      const seen = await walk({ status, code, q, limit });
      const { rows } = await database.db.pool.query<{ address: string }>(
        `select address from recipients where campaign_id = $1 and ($2::text is null or status::text = any(string_to_array($2, ',')))
           and ($3::text is null or failure_code = $3) and address like $4 order by address`,
        [campaignId, status, code, `${q.toLowerCase()}%`],
      );
      expect(seen.map((row) => row.address)).toEqual(rows.map((row) => row.address));
    }),
    { numRuns: 40 },
  );
});

test('without a search the order is that of the list', async () => {
  for (const filter of [{}, { status: 'pending,queued' }, { status: 'failed', code: 'timeout' }, { code: 'timeout' }]) {
    const ids = (await walk({ ...filter, limit: 500 })).map((row) => row.id);
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
    expect(ids).toHaveLength({ '{}': SIZE, '{"status":"pending,queued"}': (SIZE / 5) * 2 }[JSON.stringify(filter)] ?? SIZE / 10);
  }
});

test('a malformed filter names its field', async () => {
  const bad = { status: 'lost', limit: '0', cursor: 'x' };
  await expect(listRecipients(database.db, campaignId, { status: bad.status })).rejects.toMatchObject({
    status: 422,
    errors: [{ path: 'status.0' }],
  });
  await expect(listRecipients(database.db, campaignId, { limit: bad.limit })).rejects.toMatchObject({
    status: 422,
    errors: [{ path: 'limit' }],
  });
  await expect(listRecipients(database.db, campaignId, { cursor: bad.cursor })).rejects.toMatchObject({
    status: 422,
    errors: [{ path: 'cursor' }],
  });
  await expect(listRecipients(database.db, 999_999)).rejects.toMatchObject({ status: 404 });
});

interface Plan {
  'Node Type': string;
  'Index Name'?: string;
  'Actual Rows': number;
  'Rows Removed by Filter'?: number;
  Plans?: Plan[];
}

const plans: [string, string, () => unknown[]][] = [
  ['all', pageOfAll('r.id'), () => [campaignId, SIZE + 5_000, 51]],
  ['statuses', pageOfStatuses('r.id', ['failed', 'sent']), () => [campaignId, SIZE + 5_000, 51]],
  ['code', pageOfCode('r.id'), () => [campaignId, SIZE + 5_000, 51, 'timeout', null]],
  ['search', pageOfSearch('r.id'), () => [campaignId, 'person01', 51, ['person01'], null, null]],
  ['whole address', pageOfSearch('r.id'), () => [campaignId, '', 51, ['person012345@example.com'], ['sent'], null]],
  // Of five addresses on the way one is shown.
  ['search in a filter', pageOfSearch('r.id'), () => [campaignId, '', 10, ['person'], ['failed'], null]],
  ['search in a reason', pageOfSearch('r.id'), () => [campaignId, '', 5, ['person'], null, 'timeout']],
];

test.each(plans)('a page of "%s" reads about as many rows as it shows, from an index', async (_name, sql, values) => {
  const { rows } = await database.db.pool.query(`explain (analyze, format json) ${sql}`, values());
  const read: number[] = [];
  const visit = (plan: Plan): void => {
    expect(plan['Node Type']).not.toBe('Seq Scan');
    if (plan['Index Name']) read.push(plan['Actual Rows'] + (plan['Rows Removed by Filter'] ?? 0));
    plan.Plans?.forEach(visit);
  };
  visit(rows[0]['QUERY PLAN'][0].Plan);
  expect(read.length).toBeGreaterThan(0);
  expect(Math.max(...read)).toBeLessThanOrEqual(51);
});

// Statistics that know one status only made the planner walk the primary key to the list's end, for a page of nothing.
test('a status that nobody has yet is looked up, not searched for', async () => {
  const fresh = await createTestDatabase();
  const { id } = await createCampaign(fresh.db, { label: 'Ana' }, { name: 'Fresh', channel: 'email' });
  await fresh.db.pool.query(`insert into recipients (campaign_id, address) select $1, n || '@example.com' from generate_series(1, $2) n`, [
    id,
    SIZE,
  ]);
  await fresh.db.pool.query('analyze recipients');
  const { rows } = await fresh.db.pool.query(`explain (analyze, format text) ${pageOfStatuses('r.id', ['failed'])}`, [id, 0, 51]);
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
  expect(plan).toMatch(/recipients_by_list/);
  expect(plan).not.toMatch(/Rows Removed by Filter/);
  await fresh.drop();
});

test('those in flight are found among all who wait, without going through these', async () => {
  const fresh = await createTestDatabase();
  const { id } = await createCampaign(fresh.db, { label: 'Ana' }, { name: 'Fresh', channel: 'email' });
  await fresh.db.pool.query(`insert into recipients (campaign_id, address) select $1, n || '@example.com' from generate_series(1, $2) n`, [
    id,
    SIZE,
  ]);
  await fresh.db.pool.query(`update campaigns set status = 'SENDING', doing = 'sending', started_at = now() where id = $1`, [id]);
  const { rows: queued } = await fresh.db.pool.query<{ id: number }>(
    `update recipients set status = 'queued' where id in (select id from recipients where campaign_id = $1 order by id offset 30 limit 100) returning id`,
    [id],
  );
  const first = await listRecipients(fresh.db, id, { status: 'queued', limit: 80 });
  const second = await listRecipients(fresh.db, id, { status: 'queued', limit: 80, cursor: first.next_cursor ?? '' });
  expect([...first.data, ...second.data].map((row) => row.id)).toEqual(queued.map((row) => row.id).sort((a, b) => a - b));
  expect(second.next_cursor).toBeNull();
  const { rows } = await fresh.db.pool.query(`explain (analyze, format text) ${pageOfStatuses('r.id', ['queued', 'sending'])}`, [
    id,
    0,
    201,
  ]);
  expect(rows.map((row) => row['QUERY PLAN']).join('\n')).toMatch(/Rows Removed by Filter: 30\n/);
  await fresh.drop();
});

test('looking for few among many reads the few', async () => {
  const few = await database.db.pool.query<{ id: number }>(
    `update recipients set status = 'retrying', next_attempt_at = now(), failed_at = null, failure_code = 'timeout'
     where campaign_id = $1 and address >= 'person019990' returning id`,
    [campaignId],
  );
  expect((await walk({ q: 'person', status: 'retrying' })).map((row) => row.id).sort()).toEqual(few.rows.map((row) => row.id).sort());
  const values = [campaignId, '', 51, ['person'], null];
  const { rows } = await database.db.pool.query(`explain (analyze, format text) ${pageOfSearchAmongFew('r.id', ['retrying'])}`, values);
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
  expect(plan).toMatch(/recipients_by_list/);
  expect(plan).not.toMatch(/Seq Scan|Rows Removed by Filter: \d{3}/);
});

test('one recipient comes with its attempts, of its own campaign only', async () => {
  const { data } = await listRecipients(database.db, campaignId, { limit: 3 });
  const [first, second] = data as unknown as [{ id: number }, { id: number }];
  await database.db.pool.query(
    `insert into attempts (id, campaign_id, recipient_id, round, number, started_at, finished_at, outcome, http_status)
     select nextval('attempt_ids'), $1, $2, 0, n, now(), now(), 'transient', 429 from generate_series(1, 2) n`,
    [campaignId, first.id],
  );
  const story = await getRecipient(database.db, campaignId, first.id);
  expect(story.attempts.map((attempt) => attempt.number)).toEqual([1, 2]);
  expect(story.recipient.variables).toEqual({ name: 'Ada' });
  await expect(getRecipient(database.db, campaignId, 1)).rejects.toMatchObject({ status: 404 });
  expect((await getRecipientsByIds(database.db, campaignId, [second.id, first.id, 1])).map((row) => row.id)).toEqual([first.id, second.id]);
});

test('only a draft can be emptied', async () => {
  await expect(removeRecipients(database.db, campaignId)).rejects.toMatchObject({ status: 409 });
  const draft = await createCampaign(database.db, { label: 'Ana' }, { name: 'Draft', channel: 'sms' });
  await database.db.pool.query(`insert into recipients (campaign_id, address) values ($1, '+12015550101'), ($1, '+12015550102')`, [
    draft.id,
  ]);
  expect((await listRecipients(database.db, draft.id, { q: '(201) 555-0102' })).data).toHaveLength(1);
  expect(await removeRecipients(database.db, draft.id)).toMatchObject({ total: 0, pending: 0, variables: [] });
});
