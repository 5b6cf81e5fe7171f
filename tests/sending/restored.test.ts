import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { createLogger } from '#app/config/log.server.ts';
import { recordEvents } from '#app/domain/delivery/record-events.server.ts';
import { resolveUnknown } from '#app/domain/recipients/resolve-recipient.server.ts';
import { ledgerState, noteRestored } from '#app/domain/restored/ledger-home.server.ts';
import { goOnSending, restoredCampaigns, restoredState, tellRestored } from '#app/domain/restored/restored.server.ts';
import { createProviders } from '#app/providers/providers.server.ts';
import { startWorker } from '#tasks/start-worker.ts';
import { writeByHand } from '#tests/support/by-hand.ts';
import { counterDrift, draftCampaign, numbered } from '#tests/support/campaigns.ts';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';
import { ruleOf, somebody } from '#tests/support/people.ts';
import { ana, type Sending, startSending } from '#tests/support/sending.ts';

let own: TestDatabase;
let sending: Sending | undefined;
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rollcall-restored-'));
});
afterEach(async () => {
  await sending?.stop();
  sending = undefined;
  await own?.drop();
});

const start = async (worker = true) => startSending(own, { DATA_DIR: folder }, worker);
const sql = async <T extends object>(text: string, values: unknown[] = []) => (await own.db.pool.query<T>(text, values)).rows;

/** A ledger as a dump from the middle of sending holds it: 3 sent, 1 retrying, 1 queued with its job, 5 pending; a paused and two scheduled ones beside it. */
async function inTheMiddle(channel: 'email' | 'sms' = 'email'): Promise<{ id: number; due: number; later: number; paused: number }> {
  const addresses = channel === 'email' ? numbered(10, 'middle.test') : Array.from({ length: 10 }, (_, i) => `+1202555010${i}`);
  const id = await draftCampaign(own.db, { channel, addresses });
  await sql(`update campaigns set status = 'SENDING', doing = 'sending', started_at = now() where id = $1`, [id]);
  const ids = (await sql<{ id: number }>('select id from recipients where campaign_id = $1 order by id', [id])).map((row) => row.id);
  await writeByHand(own.db.pool);
  await sql(
    `update recipients set status = 'sent', sent_at = now(), attempts = 1, attempt_id = nextval('attempt_ids') where campaign_id = $1 and id = any($2)`,
    [id, ids.slice(0, 3)],
  );
  await sql(
    `update recipients set status = 'retrying', next_attempt_at = now(), attempts = 1, attempt_id = nextval('attempt_ids'), dispatch_seq = 1,
       failure_code = 'provider_error' where campaign_id = $1 and id = $2`,
    [id, ids[3]],
  );
  await sql(`update recipients set status = 'queued', dispatch_seq = 1 where campaign_id = $1 and id = $2`, [id, ids[4]]);
  for (const recipient of [ids[3], ids[4]]) {
    await sql(
      `select graphile_worker.add_job('send_' || $3::text, json_build_object('campaign_id', $1::bigint, 'recipient_id', $2::bigint, 'dispatch_seq', 1), max_attempts => 4)`,
      [id, recipient, channel],
    );
  }
  const paused = await draftCampaign(own.db, { addresses: ['paused@middle.test'] });
  await sql(`update campaigns set status = 'SENDING', doing = 'sending', started_at = now() where id = $1`, [paused]);
  await sql(`update campaigns set status = 'PAUSED', doing = 'nothing' where id = $1`, [paused]);
  const scheduled = async (at: string) => {
    const one = await draftCampaign(own.db, { addresses: ['scheduled@middle.test'] });
    await sql(`update campaigns set status = 'SCHEDULED', scheduled_at = now() + $2::interval where id = $1`, [one, at]);
    await sql(
      `select graphile_worker.add_job('start_campaign', json_build_object('campaign_id', id, 'scheduled_at', to_char(scheduled_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')), run_at => scheduled_at)
       from campaigns where id = $1`,
      [one],
    );
    return one;
  };
  return { id, paused, due: await scheduled('-1 minute'), later: await scheduled('1 day') };
}

/** What putting back does to the row: another transaction wrote it, or it lies in another table. */
const puttingBack = {
  'a dump, into new tables': async () =>
    sql(`update ledger_home set table_oid = table_oid::bigint + 1, row_xid = pg_current_xact_id()::xid::text`),
  'a dump, into the same table': async () => sql('update ledger_home set timeline = timeline'),
  'a recovery to a point in time, noticed by a machine that knows nothing': async () =>
    sql(`update ledger_home set timeline = '0000FFFF', row_xid = pg_current_xact_id()::xid::text`),
  'a copy of the files, noticed by a worker that knows better': async () => {
    const [row] = await sql<{ key: string }>(
      `select ledger_id || ':' || (select oid from pg_database where datname = current_database()) as key from ledger_home`,
    );
    writeFileSync(join(folder, 'newest-attempts.json'), JSON.stringify({ [row?.key as string]: 4_000 }));
  },
  'any restore, told by a person': async () => expect(await tellRestored(own.db)).toBe(true),
};

test.each(Object.entries(puttingBack))(
  'after %s nobody is sent to before a person says so',
  async (_, putBack) => {
    own = await createTestDatabase();
    const { id, paused, due, later } = await inTheMiddle();
    const [before] = await sql<{ attempt: number; recipient: number }>(
      'select (select last_value from attempt_ids) as attempt, (select last_value from recipients_id_seq) as recipient',
    );
    await putBack();
    sending = await start();
    await vi.waitFor(async () => {
      const [row] = await sql(
        `select status, doing, unknown, held, doubtful, sent, known_until is not null as told from campaigns where id = $1`,
        [id],
      );
      expect(row).toEqual({ status: 'PAUSED', doing: 'nothing', unknown: 7, held: 7, doubtful: false, sent: 3, told: true });
      expect(await sql('select from campaigns c where campaign_is_moving(c)')).toEqual([]);
    }, 20_000);
    expect(await sql('select id, status, unknown from campaigns where id = any($1) order by id', [[paused, due, later]])).toEqual([
      { id: paused, status: 'PAUSED', unknown: 0 },
      { id: due, status: 'PAUSED', unknown: 1 },
      { id: later, status: 'SCHEDULED', unknown: 0 },
    ]);
    expect(await restoredState(own.db)).toMatchObject({ restored_at: expect.any(String), known_until: expect.any(String) });
    expect((await restoredCampaigns(own.db)).map((campaign) => campaign.id).sort()).toEqual([id, paused, due, later].sort());
    expect(await sql(`select type from alerts`)).toEqual([{ type: 'database.restored' }]);
    expect(await sql(`select kind from campaign_events where campaign_id = $1 and kind in ('paused', 'restored')`, [id])).toEqual([
      { kind: 'restored' },
    ]);

    // A campaign that is begun meanwhile waits; numbers of lost messages are not given to others.
    const fresh = await draftCampaign(own.db, { addresses: numbered(3, 'fresh.test') });
    expect(fresh).toBeGreaterThan(later + 999);
    const [next] = await sql<{ attempt: number; recipient: number }>(
      'select (select last_value from attempt_ids) as attempt, (select last_value from recipients_id_seq) as recipient',
    );
    expect(next?.attempt).toBeGreaterThan((before?.attempt as number) + 999_999_999);
    expect(next?.recipient).toBeGreaterThan((before?.recipient as number) + 99_999_999);
    await sending.send(fresh);
    await vi.waitFor(
      async () => expect(await sql(`select from graphile_worker.jobs where task_identifier = 'send_email_chunk'`)).toEqual([]),
      10_000,
    );
    const stats = async () => (await (await fetch(`${sending?.sandbox.url}/sandbox/stats`)).json()) as { requests: number };
    expect((await stats()).requests).toBe(0);

    expect(await goOnSending(own.db, 'Ana')).toBe(true);
    expect(await goOnSending(own.db, 'Ben')).toBe(false);
    expect(await restoredState(own.db)).toBeNull();
    expect(await sending.untilEnded(fresh)).toBe('SENT');
    expect(await sql('select status, unknown from campaigns where id = $1', [id])).toEqual([{ status: 'PAUSED', unknown: 7 }]);
    // One decision for all of them, and still nobody is sent to before somebody resumes it.
    expect(await resolveUnknown(own.db, ana, id, { outcome: 'resend' })).toBe(7);
    expect(await sql('select status, unknown, pending, queued from campaigns where id = $1', [id])).toEqual([
      { status: 'PAUSED', unknown: 0, pending: 7, queued: 0 },
    ]);
    const { data } = (await (await fetch(`${sending.sandbox.url}/sandbox/messages`)).json()) as { data: { to: string }[] };
    expect(data.map(({ to }) => to).sort()).toEqual(numbered(3, 'fresh.test'));
    expect(await counterDrift(own.db)).toEqual([]);
  },
  90_000,
);

test('texts that the provider has in its list are sent, the others wait for a person', async () => {
  own = await createTestDatabase();
  const { id } = await inTheMiddle('sms');
  await tellRestored(own.db);
  sending = await start(false);
  // What went out between the backup and now, and the ledger does not know of.
  const { env } = sending;
  const auth = `Basic ${Buffer.from(`${env.twilioAccountSid}:${env.twilioAuthToken}`).toString('base64')}`;
  for (const to of ['+12025550104', '+12025550105']) {
    const sent = await fetch(`${sending.sandbox.url}/2010-04-01/Accounts/${env.twilioAccountSid}/Messages.json`, {
      method: 'POST',
      headers: { Authorization: auth },
      body: new URLSearchParams({ To: to, From: '+15005550006', Body: 'Hello from a test.' }),
    });
    expect(sent.status).toBe(201);
  }
  const providers = createProviders(env);
  const worker = await startWorker({ env, db: own.db, log: createLogger(env), providers });
  try {
    await vi.waitFor(async () => {
      const rows = await sql(
        `select address, status from recipients where campaign_id = $1 and attempt_id > 1000000000 and (status = 'sent' or unknown_until is null) order by address`,
        [id],
      );
      expect(rows).toEqual(
        ['3 unknown', '4 sent', '5 sent', '6 unknown', '7 unknown', '8 unknown', '9 unknown'].map((row) => ({
          address: `+1202555010${row[0]}`,
          status: row.slice(2),
        })),
      );
    }, 40_000);
    expect(await sql('select status, sent, unknown, held from campaigns where id = $1', [id])).toEqual([
      { status: 'PAUSED', sent: 5, unknown: 5, held: 5 },
    ]);
    expect(await counterDrift(own.db)).toEqual([]);
  } finally {
    await worker.stop();
    await providers.close();
  }
}, 90_000);

test('an event about an attempt that this copy does not know is the evidence that it was made', async () => {
  own = await createTestDatabase();
  const { id } = await inTheMiddle();
  await tellRestored(own.db);
  sending = await start();
  await vi.waitFor(async () => expect(await sql('select held from campaigns where id = $1', [id])).toEqual([{ held: 7 }]), 20_000);
  const [open] = await sql<{ id: number }>(
    `select id from recipients where campaign_id = $1 and status = 'unknown' order by id desc limit 1`,
    [id],
  );
  const event = (eventId: string, attemptId: number) => ({
    provider: 'sendgrid' as const,
    eventId,
    campaignId: id,
    recipientId: open?.id as number,
    attemptId,
    kind: 'delivered' as const,
    delivery: 'delivered' as const,
    occurredAtMs: null,
    code: null,
    failureCode: null,
    reason: null,
    address: null,
    suppress: null,
  });
  await recordEvents(own.db, [event('lost-1', 4_321)]);
  expect(await sql('select status, delivery, attempt_id from recipients where campaign_id = $1 and id = $2', [id, open?.id])).toEqual([
    { status: 'sent', delivery: 'delivered', attempt_id: 4_321 },
  ]);
  expect(await sql('select unknown, sent, delivered from campaigns where id = $1', [id])).toEqual([{ unknown: 6, sent: 4, delivered: 1 }]);
}, 60_000);

test('several that notice at once note it once, and a healthy ledger is left alone', async () => {
  own = await createTestDatabase();
  await inTheMiddle();
  expect(await ledgerState(own.db.pool, 1)).toBe('home');
  expect(await noteRestored(own.db.pool, 'copied', 1)).toBe(false);
  await sql('update ledger_home set timeline = timeline');
  expect(await ledgerState(own.db.pool, 1)).toBe('copied');
  const noted = await Promise.all(Array.from({ length: 5 }, () => noteRestored(own.db.pool, 'copied', 1)));
  expect(noted.filter(Boolean)).toHaveLength(1);
  expect(await ledgerState(own.db.pool, 1)).toBe('restored');
  // Vacuum, analyse and rewriting the table are no restore.
  await sql('vacuum full ledger_home');
  await sql('vacuum freeze ledger_home');
  expect(await ledgerState(own.db.pool, 1)).toBe('restored');
});

test('where campaigns wait for an approval, one whose time has come without it is a draft again, and says so', async () => {
  own = await createTestDatabase();
  const { due, later } = await inTheMiddle();
  const one = async () => {
    const id = await draftCampaign(own.db, { addresses: numbered(2, 'waits.test') });
    await sql(`update campaigns set status = 'SCHEDULED', scheduled_at = now() - interval '2 hours' where id = $1`, [id]);
    return id;
  };
  const approver = (await somebody(own.db, 'Ben', 'marketer')).viewer.id;
  const [unasked, waiting, over, holds] = [await one(), await one(), await one(), await one()];
  const approve = (id: number, state: string, until: string) =>
    sql(
      `update campaigns c set approval = jsonb_build_object('state', $2::text, 'hash', campaign_hash(c), 'revision', revision, 'asked_by', 'Ana',
         'approved_by', 'Ben', 'approved_by_id', $3::text, 'valid_until', utc_text(now() + $4::interval)) where id = $1`,
      [id, state, approver, until],
    );
  await approve(waiting, 'waiting', '1 day');
  await approve(over, 'approved', '-90 minutes');
  await approve(holds, 'approved', '1 day');
  await ruleOf(own.db, { more_than: 1 });

  expect(await tellRestored(own.db)).toBe(true);
  const ids = [due, later, unasked, waiting, over, holds];
  const all = `select id, status, approval ->> 'state' as state, approval ->> 'withdrawn_why' as why, planned_at is not null as planned
    from campaigns where id = any($1) order by id`;
  expect(await sql(all, [ids])).toEqual([
    { id: due, status: 'PAUSED', state: null, why: null, planned: false },
    { id: later, status: 'SCHEDULED', state: null, why: null, planned: false },
    { id: unasked, status: 'DRAFT', state: 'withdrawn', why: 'time', planned: true },
    { id: waiting, status: 'DRAFT', state: 'withdrawn', why: 'time', planned: true },
    { id: over, status: 'DRAFT', state: 'withdrawn', why: 'expired', planned: true },
    { id: holds, status: 'PAUSED', state: 'approved', why: null, planned: false },
  ]);
  expect((await restoredCampaigns(own.db)).map(({ id }) => id)).toEqual(expect.arrayContaining([unasked, waiting, over, holds]));
  expect(await sql('select kind from campaign_events where campaign_id = $1 order by id desc limit 1', [unasked])).toEqual([
    { kind: 'approval_withdrawn' },
  ]);
  expect(await goOnSending(own.db, 'Ana')).toBe(true);
});
