import { runMigrations } from 'graphile-worker';
import { runner } from 'node-pg-migrate';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { claimRecipients, type SendKey } from '#db/ledger/claim.ts';
import { dispatchRecipients } from '#db/ledger/offer.ts';
import { recordOutcomes } from '#db/ledger/settle.ts';
import { counterDrift, draftCampaign, numbered } from '#tests/support/campaigns.ts';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';
import { type Sending, startSending } from '#tests/support/sending.ts';
import { migrate } from '../../db/migrate.ts';
import { migrationsFolder } from '../../db/migrations.ts';

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
  await dispatchRecipients(own.db.pool, id);
  const jobs = await sql<{ payload: SendKey }>(
    `select payload from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
     where t.identifier = 'send_email' and (payload ->> 'campaign_id')::bigint = $1 order by j.id limit 5`,
    [id],
  );
  const claims = await claimRecipients(
    own.db.pool,
    jobs.map(({ payload }) => payload),
    77,
  );
  const outcomes = ['accepted', 'accepted', 'transient', 'unknown'] as const;
  await recordOutcomes(
    own.db.pool,
    outcomes.map((outcome, i) => {
      const { campaignId, recipientId, attemptId } = claims[i] as NonNullable<(typeof claims)[number]>;
      const failed = outcome !== 'accepted';
      return {
        ...{ campaignId, recipientId, attemptId, outcome, refund: false, httpStatus: null, providerCode: null, retryAfterS: null },
        status: ({ accepted: 'sent', transient: 'retrying', unknown: 'unknown' } as const)[outcome],
        delayS: failed ? 1 : null,
        ...{ failureCode: failed ? 'provider_error' : null, reason: failed ? 'No.' : null, providerMessageId: failed ? null : 'm' },
      };
    }),
  );
  await sql(`update recipients set claimed_at = now() - interval '1 hour' where campaign_id = $1 and status = 'sending'`, [id]);
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
