import { runMigrations } from 'graphile-worker';
import { runner } from 'node-pg-migrate';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { counterDrift, draftCampaign, numbered } from '#tests/support/campaigns.ts';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';
import { type Sending, startSending } from '#tests/support/sending.ts';
import { migrate } from '../../db/migrate/migrate.ts';
import { migrationsFolder } from '../../db/migrate/migrations.ts';

/** The last migration of the version before, whose functions, triggers and views still stood in numbered migrations. */
const BEFORE = 32;

let own: TestDatabase;
let sending: Sending | undefined;
beforeAll(async () => {
  own = await createTestDatabase();
  await own.db.pool.query(
    'drop schema public cascade; drop schema graphile_worker cascade; drop schema reporting cascade; create schema public',
  );
  await runMigrations({ connectionString: own.url });
  const options = {
    databaseUrl: own.url,
    dir: migrationsFolder,
    direction: 'up',
    migrationsTable: 'schema_migrations',
    log: () => {},
  } as const;
  await runner({ ...options, count: BEFORE });
});
afterAll(async () => {
  await sending?.stop();
  await own.drop();
});

const sql = async <T extends object>(text: string, values: unknown[] = []) => (await own.db.pool.query<T>(text, values)).rows;
const PEOPLE = 8;

/** A campaign in the middle: 2 sent, 1 to be retried, 1 unknown, 1 with a worker that died, 3 that wait for their job or behind those. */
async function inTheMiddle(domain: string): Promise<number> {
  const id = await draftCampaign(own.db, { addresses: numbered(PEOPLE, domain) });
  await sql(`update campaigns set status = 'SENDING', started_at = now(), dispatch_requested = true where id = $1`, [id]);
  await sql('select dispatch_recipients($1, 100, 4000, null, null)', [id]);
  // As that version wrote them: its statements are not those of today.
  const first = `(select id, row_number() over (order by id) as n from recipients where campaign_id = $1 and status in ('queued', 'sending')) p
    where r.campaign_id = $1 and r.id = p.id`;
  await sql(
    `update recipients r set status = 'sending', attempts = 1, attempt_id = nextval('attempt_ids'), claimed_at = now() - interval '1 hour',
       claimed_by = 77, changed_at = now() from ${first} and p.n <= 5`,
    [id],
  );
  await sql(
    `insert into attempts (id, campaign_id, recipient_id, round, number, started_at, finished_at, outcome)
     select attempt_id, campaign_id, id, round, attempts, claimed_at, now(),
       (array['accepted', 'accepted', 'transient', 'unknown'])[row_number() over (order by id)]::attempt_outcome
     from recipients where campaign_id = $1 and status = 'sending' order by id limit 4`,
    [id],
  );
  await sql(
    `update recipients r set status = p.next, claimed_at = null, claimed_by = null, changed_at = now(),
       sent_at = case when p.next = 'sent' then now() end, provider_message_id = case when p.next = 'sent' then 'm' end,
       next_attempt_at = case when p.next = 'retrying' then now() + interval '1 second' end,
       unknown_until = case when p.next = 'unknown' then now() + interval '1 second' end,
       failure_code = case when p.next <> 'sent' then 'provider_error' end, failure_reason = case when p.next <> 'sent' then 'No.' end
     from (select recipient_id as id, case outcome when 'accepted' then 'sent' when 'transient' then 'retrying' else 'unknown' end::recipient_status as next
       from attempts where campaign_id = $1) p
     where r.campaign_id = $1 and r.id = p.id`,
    [id],
  );
  return id;
}

test('a ledger of the version before, with campaigns in every state, is brought up to date and goes on', async () => {
  const [goesOn, paused, stopped, cancelled, again] = [
    await inTheMiddle('on.test'),
    await inTheMiddle('paused.test'),
    await inTheMiddle('stopped.test'),
    await inTheMiddle('cancelled.test'),
    await inTheMiddle('again.test'),
  ];
  const held = await inTheMiddle('held.test');
  await sql(`update campaigns set unknown_policy = 'hold' where id = $1`, [held]);
  const move = (id: number) =>
    sql(`select graphile_worker.add_job('move_recipients', json_build_object('campaign_id', $1::bigint), priority => -20)`, [id]);
  await sql(`update campaigns set status = 'PAUSED', moving = true, dispatch_requested = false where id = $1`, [paused]);
  await sql(`update campaigns set stop_code = 'out_of_credits', stop_reason = 'No credits.', moving = true where id = $1`, [stopped]);
  await sql(`update campaigns set status = 'CANCELLED', finished_at = now(), moving = true, dispatch_requested = false where id = $1`, [
    cancelled,
  ]);
  // A retry round whose move has not begun.
  await sql(
    `update recipients set status = 'failed', failed_at = now(), next_attempt_at = null where campaign_id = $1 and status = 'retrying'`,
    [again],
  );
  await sql(
    `update campaigns set retry_count = 1, retry_codes = '{provider_error}', retried_at = now(), retried_by = 'Ana', moving = true where id = $1`,
    [again],
  );
  for (const id of [paused, stopped, cancelled, again]) await move(id);
  const draft = await draftCampaign(own.db, { addresses: numbered(PEOPLE, 'draft.test') });
  const later = await draftCampaign(own.db, { addresses: numbered(PEOPLE, 'later.test') });
  await sql(`update campaigns set status = 'SCHEDULED', scheduled_at = now() + interval '1 day', time_zone = 'UTC' where id = $1`, [later]);
  const before = await sql('select id, campaign_id, recipient_id, number, outcome from attempts order by id');
  expect(before).toHaveLength(6 * 4);

  expect(await migrate(own.url)).toContain('0033_definitions');

  // Nothing was lost by it.
  expect(await sql('select id, campaign_id, recipient_id, number, outcome from attempts order by id')).toEqual(before);
  expect(await counterDrift(own.db)).toEqual([]);
  sending = await startSending(own);
  const { untilEnded } = sending;
  expect(await untilEnded(goesOn)).toBe('SENT');
  expect(await untilEnded(again)).toBe('SENT');
  expect(await untilEnded(held)).toBe('PARTIALLY_SENT');
  expect(await untilEnded(stopped)).toBe('PARTIALLY_SENT');
  expect(await untilEnded(cancelled)).toBe('CANCELLED');
  const counts = async (id: number) =>
    (await sql(`select status, sent, pending, cancelled, unknown, failed, failure_code from campaigns where id = $1`, [id]))[0];
  expect(await counts(goesOn)).toMatchObject({ sent: PEOPLE });
  // Whoever was unknown, or with the worker that died, is left to a person.
  expect(await counts(held)).toMatchObject({ sent: PEOPLE - 2, unknown: 2 });
  expect(await counts(stopped)).toMatchObject({ failure_code: 'out_of_credits' });
  expect(await counts(draft)).toMatchObject({ status: 'DRAFT', pending: PEOPLE });
  expect(await counts(later)).toMatchObject({ status: 'SCHEDULED', pending: PEOPLE });
  await expect.poll(() => counts(paused)).toMatchObject({ status: 'PAUSED' });
  await expect.poll(async () => (await sql('select from campaigns where moving')).length).toBe(0);
  expect(await counterDrift(own.db)).toEqual([]);
  const doubled = await sql(`select recipient_id, round from attempts where outcome = 'accepted' group by 1, 2 having count(*) > 1`);
  expect(doubled).toEqual([]);
});
