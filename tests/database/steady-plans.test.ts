import pg, { type Pool, type PoolClient, type QueryConfig } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { foreignMessageIds } from '#app/domain/sending/unknown-texts.server.ts';
import { claimRecipients, type SendKey } from '#db/ledger/claim.ts';
import { claimChunk } from '#db/ledger/claim-chunk.ts';
import { expireClaims } from '#db/ledger/lapse.ts';
import { renewLostJobs } from '#db/ledger/offer.ts';
import { recordOutcomes } from '#db/ledger/settle.ts';
import { draftCampaign, numbered } from '#tests/support/campaigns.ts';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';

let own: TestDatabase;
let campaign: number;
const texts = new Map<string, string>();

/** The statistics that a real installation ends up with: everybody of the campaigns before was sent, and of this one it knows nothing. */
beforeAll(async () => {
  own = await createTestDatabase();
  const { pool } = own.db;
  const before = await draftCampaign(own.db, { addresses: numbered(90_000) });
  await pool.query(`update campaigns set status = 'SENDING', doing = 'sending', started_at = now() where id = $1`, [before]);
  await pool.query(`update recipients set status = 'sent', sent_at = now(), attempt_id = id where campaign_id = $1`, [before]);
  await pool.query('vacuum (analyze) recipients');
  await pool.query('vacuum (analyze) campaigns');
  campaign = await draftCampaign(own.db, { addresses: numbered(5_000) });
  await pool.query(`update campaigns set status = 'SENDING', doing = 'sending', started_at = now() where id = $1`, [campaign]);
  const key: SendKey = { campaign_id: campaign, recipient_id: 0, dispatch_seq: 1 };
  await claimRecipients(listening(pool), [key]);
  await recordOutcomes(listening(pool), []);
});
afterAll(() => own.drop());

/** Notes the texts of named statements on their way. */
function listening<Target extends Pool | PoolClient>(target: Target): Target {
  return new Proxy(target, {
    get(object, key) {
      if (key === 'connect') return async () => listening(await (object as Pool).connect());
      const value: unknown = Reflect.get(object, key, object);
      if (typeof value !== 'function') return value;
      if (key !== 'query') return value.bind(object);
      return (query: QueryConfig | string, ...rest: unknown[]) => {
        if (typeof query === 'object' && query.name) texts.set(query.name, query.text);
        return value.call(object, query, ...rest);
      };
    },
  });
}

const planOf = async (name: string) => {
  const { rows } = await own.db.pool.query<{ 'QUERY PLAN': string }>(`explain (generic_plan, costs off) ${texts.get(name)}`);
  return rows.map((row) => row['QUERY PLAN']).join('\n');
};

test.each(['claim_recipients', 'record_outcomes'])('%s finds its recipients by their key, whatever the statistics say', async (name) => {
  const plan = await planOf(name);
  expect(plan).toContain('recipients_pkey');
  expect(plan).not.toMatch(/recipients_by_list|Seq Scan on recipients/);
});

/** Of all statements, those inside of functions too, as auto_explain tells them; planned without regard to their parameters. */
async function plansOf(work: (client: Pool) => Promise<unknown>): Promise<string[]> {
  const client = new pg.Client(own.url);
  await client.connect();
  const told: string[] = [];
  client.on('notice', ({ message }) => told.push(message ?? ''));
  await client.query(`load 'auto_explain'; set auto_explain.log_min_duration = 0; set auto_explain.log_nested_statements = on;
    set client_min_messages = log; set plan_cache_mode = force_generic_plan; begin`);
  await work(client as unknown as Pool);
  await client.query('rollback');
  await client.end();
  return told;
}

test('a chunk walks its own campaign once and updates what it locked', async () => {
  const plans = await plansOf((client) => claimChunk(client, { campaignId: campaign, after: 0, count: 200, workerId: null }));
  const plan = plans.find((text) => text.includes('next as (')) ?? '';
  expect(plan).toMatch(/Index Scan using recipients_by_list on recipients r .*\n +Index Cond: \(\(campaign_id = /);
  expect(plan).toContain('Tid Scan on recipients');
});

test.each<[string, (client: Pool) => Promise<unknown>]>([
  ['claims without an outcome', (client) => expireClaims(client, { olderThanS: 60 }, 30)],
  ['recipients without a job', (client) => renewLostJobs(client)],
])('%s are looked for among those who wait', async (_what, work) => {
  const plan = (await plansOf(work)).join('\n');
  expect(plan).toContain('using recipients_by_list');
  expect(plan).not.toMatch(/Seq Scan on recipients|using recipients_pkey on recipients(_\d)? {2}.*\n +Index Cond: \(campaign_id = c\.id\)/);
});

test('a number is looked for in each campaign by its address', async () => {
  const plans = await plansOf((client) => foreignMessageIds(client, '+12025550123', ['SM1']));
  expect(plans.join('\n')).toContain('using one_row_per_address');
  expect(plans.join('\n')).not.toContain('Seq Scan on recipients');
});

test('what changes while somebody is queued and sent to is in no index', async () => {
  const { rows } = await own.db.pool.query<{ def: string }>(
    `select pg_get_indexdef(indexrelid) as def from pg_index where indrelid = 'recipients'::regclass`,
  );
  expect(rows.length).toBeGreaterThan(3);
  for (const { def } of rows) {
    expect(def).not.toMatch(/\b(status|attempts|dispatch_seq|attempt_id|claimed_at|claimed_by|changed_at|next_attempt_at|sent_at)\b/);
  }
  const { rows: steps } = await own.db.pool.query(
    `select listed_as, count(*)::int as n from recipients where campaign_id = $1 and status in ('pending', 'queued', 'sending') group by 1`,
    [campaign],
  );
  expect(steps).toEqual([{ listed_as: 'pending', n: 5_000 }]);
});

test('the queue is not analyzed while it happens to be empty', async () => {
  const { rows } = await own.db.pool.query(
    `select reloptions from pg_class where relname = '_private_jobs' and relnamespace = 'graphile_worker'::regnamespace`,
  );
  expect(rows[0].reloptions).toContain('autovacuum_analyze_threshold=2147483647');
});

test.each(['campaign_quarters_now', 'recovered_recipients'])('%s joins nothing that could be compared each with each', async (view) => {
  const { rows } = await own.db.pool.query<{ 'QUERY PLAN': string }>(
    `explain (costs off) select * from ${view} where campaign_id = ${campaign}`,
  );
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
  expect(plan).toContain('attempts');
  expect(plan).not.toContain('Join Filter');
});
