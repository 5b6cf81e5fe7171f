import { runMigrations } from 'graphile-worker';
import { runner } from 'node-pg-migrate';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { getCampaign } from '#app/domain/campaigns/get-campaign.server.ts';
import { resumeCampaign } from '#app/domain/campaigns/life.server.ts';
import { releaseProvider } from '#app/domain/limits/provider-gates.server.ts';
import { counterDrift, draftCampaign, numbered } from '#tests/support/campaigns.ts';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';
import { ana, type Sending, startSending } from '#tests/support/sending.ts';
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

const move = (id: number) =>
  sql(`select graphile_worker.add_job('move_recipients', json_build_object('campaign_id', $1::bigint), priority => -20)`, [id]);

/** One that has ended: the first of four failed, and the others were not tried, or sent to. Then that one is sent to again by a person. */
async function reopened(domain: string, rest: 'pending' | 'sent'): Promise<number> {
  const id = await draftCampaign(own.db, { addresses: numbered(4, domain) });
  await sql(`update campaigns set status = 'SENDING', started_at = now(), moving = true where id = $1`, [id]);
  if (rest === 'pending') await sql(`update campaigns set stop_code = 'out_of_credits', stop_reason = 'No credits.' where id = $1`, [id]);
  await sql(
    `update recipients r set status = f.next, failed_at = case when f.next = 'failed' then now() end, sent_at = case when f.next = 'sent' then now() end,
       failure_code = case when f.next = 'failed' then 'timeout' end, attempt_id = case when f.next <> 'pending' then nextval('attempt_ids') end
     from (select id, case when row_number() over (order by id) = 1 then 'failed' else $2 end::recipient_status as next
       from recipients where campaign_id = $1) f
     where r.campaign_id = $1 and r.id = f.id`,
    [id, rest],
  );
  await sql('select finish_move($1)', [id]);
  await own.db.pool.query(
    `begin;
     select set_config('rollcall.reopen', 'yes', true);
     update recipients set status = 'queued', round = 1, attempts = 0, failed_at = null, failure_code = null, dispatch_seq = dispatch_seq + 1
     where campaign_id = ${id} and status = 'failed';
     select graphile_worker.add_job('send_email', json_build_object('campaign_id', campaign_id, 'recipient_id', id, 'dispatch_seq', dispatch_seq))
     from recipients where campaign_id = ${id} and status = 'queued';
     commit`,
  );
  return id;
}

/** Sent to three. The first reported the message before their newest, which did not count; the second left by a link when they had left before, which no log tells. */
async function left(): Promise<number> {
  const id = await draftCampaign(own.db, { addresses: numbered(3, 'left.test') });
  await sql(`update campaigns set status = 'SENDING', started_at = now() where id = $1`, [id]);
  await sql(
    `update recipients set status = 'sent', sent_at = now(), attempts = 1, attempt_id = nextval('attempt_ids') where campaign_id = $1`,
    [id],
  );
  await sql(
    `insert into provider_events (provider, event_id, campaign_id, recipient_id, attempt_id, kind, delivery, occurred_at)
     select 'sendgrid', 'reported ' || id, campaign_id, id, case when n = 1 then attempt_id - 1000 else attempt_id end, 'complained', 'complained', now()
     from (select *, row_number() over (order by id) as n from recipients where campaign_id = $1) r where n in (1, 3)`,
    [id],
  );
  await sql(
    `update recipients r set delivery = case when l.n = 3 then 'complained'::delivery end, unsubscribed_at = case when l.n = 2 then now() end
     from (select id, row_number() over (order by id) as n from recipients where campaign_id = $1) l where r.campaign_id = $1 and r.id = l.id`,
    [id],
  );
  return id;
}

const PAUSE = `status = 'PAUSED', moving = true, dispatch_requested = false`;
const CANCEL = `status = 'CANCELLED', finished_at = now(), moving = true, dispatch_requested = false`;
const STOP = `stop_code = 'out_of_credits', stop_reason = 'No credits.', moving = true`;
const ROUND = `retry_count = 1, retry_codes = '{provider_error}', retried_at = now(), retried_by = 'Ana', moving = true`;

/** As the version before left it; what it is then; how it ends, where it is paused after a person has resumed it. */
const cases: { is: string; set: string; becomes: string; end: string; of?: typeof inTheMiddle; moved?: true }[] = [
  { is: 'sending', set: 'dispatch_requested = true', becomes: 'SENDING sending', end: 'SENT' },
  { is: 'hold', set: `unknown_policy = 'hold'`, becomes: 'SENDING sending', end: 'PARTIALLY_SENT' },
  { is: 'pausing', set: PAUSE, becomes: 'PAUSED nothing', end: 'SENT' },
  { is: 'paused', set: `${PAUSE}, unknown_policy = 'resend'`, moved: true, becomes: 'PAUSED nothing', end: 'SENT' },
  { is: 'resumed-early', set: 'moving = true, dispatch_requested = true', becomes: 'SENDING sending', end: 'SENT' },
  { is: 'stopping', set: STOP, becomes: 'SENDING stopping', end: 'PARTIALLY_SENT' },
  { is: 'draining', set: STOP, moved: true, becomes: 'SENDING stopping', end: 'PARTIALLY_SENT' },
  {
    is: 'stopping-paused',
    set: `${PAUSE}, stop_code = 'out_of_credits', stop_reason = 'No credits.'`,
    becomes: 'PAUSED stopping',
    end: 'PARTIALLY_SENT',
  },
  { is: 'gathering', set: ROUND, becomes: 'SENDING gathering', end: 'SENT' },
  { is: 'gathering-paused', set: `${ROUND}, status = 'PAUSED'`, becomes: 'PAUSED gathering', end: 'SENT' },
  {
    is: 'gathering-stopped',
    set: `${ROUND}, stop_code = 'credentials', stop_reason = 'No key.'`,
    becomes: 'SENDING stopping',
    end: 'PARTIALLY_SENT',
  },
  { is: 'gathering-cancelled', set: `${ROUND}, status = 'CANCELLED', finished_at = now()`, becomes: 'CANCELLED nothing', end: 'CANCELLED' },
  { is: 'cancelling', set: CANCEL, becomes: 'CANCELLED nothing', end: 'CANCELLED' },
  { is: 'singles', set: 'dispatch_below = 1', of: (is) => reopened(is, 'pending'), becomes: 'SENDING singles', end: 'PARTIALLY_SENT' },
  { is: 'singles-paused', set: PAUSE, of: (is) => reopened(is, 'pending'), becomes: 'PAUSED singles', end: 'PARTIALLY_SENT' },
  { is: 'singles-stopped', set: STOP, of: (is) => reopened(is, 'pending'), becomes: 'SENDING stopping', end: 'FAILED' },
  { is: 'singles-cancelled', set: CANCEL, of: (is) => reopened(is, 'pending'), becomes: 'CANCELLED nothing', end: 'CANCELLED' },
  { is: 'reopened', set: 'dispatch_below = 1', of: (is) => reopened(is, 'sent'), becomes: 'SENDING sending', end: 'SENT' },
  { is: 'reopened-paused', set: PAUSE, of: (is) => reopened(is, 'sent'), becomes: 'PAUSED nothing', end: 'SENT' },
  {
    is: 'restored',
    set: `${PAUSE}, doubtful = true, known_until = now(), unknown_policy = 'hold'`,
    becomes: 'PAUSED nothing',
    end: 'PARTIALLY_SENT',
  },
];

test('a ledger of the version before, with campaigns in every state, is brought up to date and goes on', async () => {
  const ids: Record<string, number> = {};
  for (const { is, set, of = inTheMiddle, moved } of cases) {
    const id = await of(`${is}.test`);
    if (set.includes('retry_codes')) {
      // A round whose move has not begun.
      await sql(
        `update recipients set status = 'failed', failed_at = now(), next_attempt_at = null where campaign_id = $1 and status = 'retrying'`,
        [id],
      );
    }
    await sql(`update campaigns set ${set} where id = $1`, [id]);
    if (moved) {
      await sql(
        `update recipients set status = 'pending', next_attempt_at = null where campaign_id = $1 and status in ('queued', 'retrying')`,
        [id],
      );
      await sql('select finish_move($1)', [id]);
    } else if (set.includes('moving = true')) {
      await move(id);
    }
    ids[is] = id;
  }
  const draft = await draftCampaign(own.db, { addresses: numbered(PEOPLE, 'draft.test') });
  const later = await draftCampaign(own.db, { addresses: numbered(PEOPLE, 'later.test') });
  await sql(`update campaigns set status = 'SCHEDULED', scheduled_at = now() + interval '1 day', time_zone = 'UTC' where id = $1`, [later]);
  const copied = await draftCampaign(own.db, { addresses: numbered(2, 'draft.test') });
  await sql(`update campaigns set preparing = true, preparing_of = $2, cloned_from = $3 where id = $1`, [copied, PEOPLE, draft]);
  await sql(
    `select graphile_worker.add_job('clone_recipients', json_build_object('campaign_id', $1::bigint, 'clone_id', $2::bigint, 'recipients', 'all'))`,
    [draft, copied],
  );
  const emptied = await draftCampaign(own.db, { addresses: numbered(2, 'emptied.test') });
  await sql(`update campaigns set preparing = true, emptying = true, preparing_of = 2 where id = $1`, [emptied]);
  await sql(`select graphile_worker.add_job('remove_list', json_build_object('campaign_id', $1::bigint, 'import_ids', '[]'::json))`, [
    emptied,
  ]);
  const waiting = await draftCampaign(own.db, { addresses: ['+12125550150', '+12125550151'], channel: 'sms' });
  await sql(`update campaigns set status = 'SENDING', started_at = now() where id = $1`, [waiting]);
  await sql(
    `update provider_gates set hold_until = now() + interval '1 hour', hold_reason = 'It is ill.', held_since = now() where channel = 'sms'`,
  );
  await sql(`select tell_campaigns('sms')`);
  const before = await sql('select id, campaign_id, recipient_id, number, outcome from attempts order by id');
  expect(before).toHaveLength(cases.filter(({ of }) => !of).length * 4);
  const revisions = () => sql('select id, revision, version from campaigns order by id');
  const drafts = await revisions();
  const told = await left();

  // It waits for locks a little at a time, out of the way of others.
  const holder = await own.db.pool.connect();
  await holder.query('begin; lock table campaigns in row exclusive mode');
  const migrated = migrate(own.url);
  const waits = async () => (await sql(`select from pg_locks where not granted and relation = 'campaigns'::regclass`)).length;
  await expect.poll(waits).toBe(1);
  await expect.poll(waits).toBe(0);
  await holder.query('commit');
  holder.release();
  expect(await migrated).toEqual(expect.arrayContaining(['0033_definitions', '0034_doing', 'definitions/unused.sql']));

  // Nothing was lost by it.
  expect(await sql('select id, campaign_id, recipient_id, number, outcome from attempts order by id')).toEqual(before);
  expect(await counterDrift(own.db)).toEqual([]);
  expect((await revisions()).slice(0, drafts.length)).toEqual(drafts);
  const gone = 'sum(unsubscribed)::integer as unsubscribed, sum(complained)::integer as complained';
  expect(await sql(`select ${gone} from campaigns where id = $1`, [told])).toEqual([{ unsubscribed: 1, complained: 2 }]);
  expect(await sql(`select ${gone} from reporting.daily_sends`)).toEqual([{ unsubscribed: 1, complained: 2 }]);
  const stateOf = async (id: number | undefined) =>
    (await sql<{ is: string }>(`select status || ' ' || doing as is from campaigns where id = $1`, [id]))[0]?.is;
  for (const { is, becomes } of cases) expect([is, await stateOf(ids[is])]).toEqual([is, becomes]);
  expect(await getCampaign(own.db, copied)).toMatchObject({ preparing: true, emptying: false, preparing_of: PEOPLE });
  expect(await getCampaign(own.db, emptied)).toMatchObject({ preparing: true, emptying: true, preparing_of: 2 });
  expect(await getCampaign(own.db, waiting)).toMatchObject({
    status: 'SENDING',
    hold_reason: 'It is ill.',
    hold_until: expect.any(String),
  });

  sending = await startSending(own);
  const { untilEnded } = sending;
  const counts = async (id: number | undefined) =>
    (
      await sql(`select status, doing, sent, pending, cancelled, unknown, failed, failure_code, doubtful from campaigns where id = $1`, [
        id,
      ])
    )[0];
  await expect.poll(() => counts(ids.restored), { timeout: 60_000 }).toMatchObject({ doubtful: false, unknown: PEOPLE - 2, pending: 0 });
  for (const { is, becomes } of cases) {
    if (becomes.startsWith('PAUSED') && is !== 'stopping-paused') {
      const doing = is === 'singles-paused' ? 'singles' : 'nothing';
      await expect.poll(() => counts(ids[is]), { timeout: 60_000 }).toMatchObject({ status: 'PAUSED', doing });
      await resumeCampaign(own.db, ana, ids[is] as number);
    }
  }
  await releaseProvider(own.db.pool, 'sms');
  for (const { is, end } of cases) expect([is, await untilEnded(ids[is] as number)]).toEqual([is, end]);
  expect(await untilEnded(waiting)).toBe('SENT');
  for (const is of ['sending', 'pausing', 'resumed-early', 'gathering']) expect(await counts(ids[is])).toMatchObject({ sent: PEOPLE });
  // Whoever was unknown, or with the worker that died, is left to a person.
  expect(await counts(ids.hold)).toMatchObject({ sent: PEOPLE - 2, unknown: 2 });
  expect(await counts(ids.stopping)).toMatchObject({ failure_code: 'out_of_credits' });
  expect(await counts(ids['gathering-stopped'])).toMatchObject({ failure_code: 'credentials' });
  // Those never tried are so still.
  for (const is of ['singles', 'singles-paused'])
    expect(await counts(ids[is])).toMatchObject({ sent: 1, pending: 3, failure_code: 'out_of_credits' });
  expect(await counts(ids['singles-cancelled'])).toMatchObject({ cancelled: 4, pending: 0 });
  expect(await counts(draft)).toMatchObject({ status: 'DRAFT', pending: PEOPLE });
  expect(await counts(later)).toMatchObject({ status: 'SCHEDULED', pending: PEOPLE });
  await expect.poll(() => counts(copied)).toMatchObject({ status: 'DRAFT', doing: 'nothing', pending: PEOPLE });
  await expect.poll(() => counts(emptied)).toMatchObject({ status: 'DRAFT', doing: 'nothing', pending: 0 });
  await expect.poll(async () => (await sql('select from campaigns c where campaign_is_moving(c)')).length).toBe(0);
  expect(await counterDrift(own.db)).toEqual([]);
  const doubled = await sql(`select recipient_id, round from attempts where outcome = 'accepted' group by 1, 2 having count(*) > 1`);
  expect(doubled).toEqual([]);
});
