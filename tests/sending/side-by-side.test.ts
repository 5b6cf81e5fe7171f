import { afterEach, expect, test, vi } from 'vitest';
import { getCampaign } from '#app/domain/campaigns/get-campaign.server.ts';
import { cancelCampaign, pauseCampaign } from '#app/domain/campaigns/life.server.ts';
import { sendCampaign } from '#app/domain/campaigns/send-campaign.server.ts';
import { setRate } from '#app/domain/limits/provider-gates.server.ts';
import { resolveUnknown } from '#app/domain/recipients/resolve-recipient.server.ts';
import { claimChunk } from '#db/ledger/claim-chunk.ts';
import { recordOutcomes } from '#db/ledger/settle.ts';
import { counterDrift, draftCampaign, numbered } from '#tests/support/campaigns.ts';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';
import { ana, type Sending, startSending } from '#tests/support/sending.ts';

/** So few that texts which wait in them would leave none. */
const PLACES = 10;
const RATE = 1;
const [CAMPAIGNS, TEXTS, EMAILS] = [10, 30, 400];

let own: TestDatabase;
let sending: Sending;
async function start(variables: Record<string, string>, before = async () => {}): Promise<void> {
  own = await createTestDatabase();
  await before();
  sending = await startSending(own, { WORKER_CONCURRENCY: String(PLACES), ...variables });
}
afterEach(async () => {
  await sending.stop();
  await own.drop();
});

const told = (id: number) => getCampaign(own.db, id);

/** Texts of all campaigns: asked of the provider, and answered by it. */
async function texts(ids: readonly number[]) {
  const { rows } = await own.db.pool.query<{ asked: number; answered: number; open: number; s: number }>(
    `select sum(sending + sent)::int as asked, sum(sent)::int as answered, count(*) filter (where status = 'SENDING')::int as open,
       extract(epoch from clock_timestamp() - min(started_at))::float8 as s
     from campaigns where id = any($1)`,
    [ids],
  );
  return rows[0] as NonNullable<(typeof rows)[0]>;
}

async function sendTexts(): Promise<number[]> {
  const addresses = Array.from({ length: TEXTS }, (_, n) => `+1202555${1_000 + n}`);
  const ids: number[] = [];
  for (let n = 0; n < CAMPAIGNS; n++) ids.push(await draftCampaign(own.db, { channel: 'sms', addresses }));
  for (const id of ids) await sending.send(id);
  return ids;
}

/** Emails take every place there is, and what runs beside sending is done, as if no text waited. */
async function othersGoOn([paused, cancelled]: readonly number[]): Promise<void> {
  const emails = await draftCampaign(own.db, { addresses: numbered(EMAILS, 'beside.test') });
  await sending.send(emails);
  await vi.waitFor(async () => expect(await told(emails)).toMatchObject({ status: 'SENDING', sending: PLACES }));

  const scheduled = await draftCampaign(own.db, { addresses: numbered(3, 'scheduled.test') });
  await sendCampaign(own.db, ana, scheduled, sending.env, { scheduled_at: new Date(Date.now() + 1_000).toISOString() });
  await pauseCampaign(own.db, ana, paused as number);
  await cancelCampaign(own.db, ana, cancelled as number);
  await vi.waitFor(async () => expect(await told(paused as number)).toMatchObject({ status: 'PAUSED', queued: 0 }));
  await vi.waitFor(async () => expect(await told(cancelled as number)).toMatchObject({ status: 'CANCELLED', pending: 0, queued: 0 }));
  expect(await sending.untilEnded(scheduled, 40_000)).toBe('SENT');
  expect(await sending.untilEnded(emails, 40_000)).toBe('SENT');
}

test('texts that wait for their rate take no place from emails, nor from a schedule, a pause or a cancel', async () => {
  await start({ SMS_RATE: String(RATE) });
  await sending.sandbox.setFaults({ email: { latency_ms: 100 } });
  const ids = await sendTexts();
  await vi.waitFor(async () => expect((await texts(ids)).answered).toBeGreaterThan(1));
  await othersGoOn(ids);
  // In places of emails, the first texts of each campaign would have gone before.
  const then = await texts(ids);
  expect(then.asked).toBeLessThan(CAMPAIGNS * 6);
  expect(then.asked).toBeLessThanOrEqual(RATE * (then.s + 1));
  expect(then.open).toBe(CAMPAIGNS - 2);

  // Nor do emails take any from texts, and these end.
  await vi.waitFor(async () => expect((await texts(ids)).answered).toBeGreaterThan(then.asked));
  await setRate(own.db.pool, 'sms', 5_000);
  for (const id of ids.slice(2)) expect(await sending.untilEnded(id)).toBe('SENT');
  expect(await counterDrift(own.db)).toEqual([]);
});

test('texts whose provider takes a minute to answer take no place from emails, nor from a schedule, a pause or a cancel', async () => {
  await start({ SEND_TIMEOUT_MS: '120000' });
  await sending.sandbox.setFaults({ email: { latency_ms: 100 }, sms: { latency_ms: 60_000 } });
  const ids = await sendTexts();
  await vi.waitFor(async () => expect((await texts(ids)).asked).toBeGreaterThan(1));
  await othersGoOn(ids);
  expect(await texts(ids)).toMatchObject({ answered: 0, open: CAMPAIGNS - 2 });
});

/** An ended campaign of which a person has still to say what became of everybody. */
async function undecided(people: number): Promise<number> {
  const addresses = Array.from({ length: people }, (_, n) => `+1202556${1_000 + n}`);
  const id = await draftCampaign(own.db, { channel: 'sms', addresses });
  await own.db.pool.query(
    `update campaigns set status = 'SENDING', doing = 'sending', started_at = now(), dispatch_requested = true where id = $1`,
    [id],
  );
  const { claims } = await claimChunk(own.db.pool, { campaignId: id, after: 0, count: people, workerId: null });
  const nobodyKnows = { outcome: 'unknown', status: 'failed', failureCode: 'outcome_unknown', reason: 'Nobody told.' } as const;
  const nothing = { delayS: null, refund: false, httpStatus: null, providerCode: null, retryAfterS: null, providerMessageId: null };
  await recordOutcomes(
    own.db.pool,
    claims.map(({ campaignId, recipientId, attemptId }) => ({ campaignId, recipientId, attemptId, ...nobodyKnows, ...nothing })),
  );
  return id;
}

test('thousands who are sent to again at a low rate leave every other campaign its turn, and their slots to it once they are cancelled', async () => {
  let many = 0;
  await start({ SMS_RATE: String(RATE), WORKER_CONCURRENCY: '300' }, async () => {
    many = await undecided(3_000);
  });
  const aheadS = async () => {
    const { rows } = await own.db.pool.query<{ s: number }>(
      `select extract(epoch from slot_at - clock_timestamp())::float8 as s from provider_gates where channel = 'sms'`,
    );
    return rows[0]?.s ?? 0;
  };
  /** Jobs that are to run sooner or later, and people who wait in a line for them. */
  const waiting = async () => {
    const { rows } = await own.db.pool.query<{ jobs: number; lined: number }>(
      `select (select count(*) from graphile_worker.jobs where task_identifier ~ '^send_sms')::int as jobs, (select count(*) from rate_line)::int as lined`,
    );
    return rows[0] as NonNullable<(typeof rows)[0]>;
  };
  expect(await told(many)).toMatchObject({ status: 'FAILED', failed: 3_000 });
  await resolveUnknown(own.db, ana, many, { outcome: 'resend' });
  await vi.waitFor(async () => expect((await waiting()).lined).toBeGreaterThan(2_900), { timeout: 60_000 });
  // Nobody of them asks again by itself: a job a worker and campaign is all that wakes.
  await vi.waitFor(async () => expect((await waiting()).jobs).toBeLessThanOrEqual(2), { timeout: 60_000 });
  expect(await aheadS()).toBeLessThan(3);

  const few = await draftCampaign(own.db, { channel: 'sms', addresses: ['+12025557001', '+12025557002', '+12025557003'] });
  const before = await texts([many]);
  await sending.send(few);
  await vi.waitFor(async () => expect((await told(few)).sent).toBeGreaterThan(0), { interval: 50 });
  expect((await texts([many])).asked - before.asked).toBeLessThanOrEqual(4);
  expect(await sending.untilEnded(few)).toBe('SENT');
  const after = await texts([many]);
  expect(after.asked - before.asked).toBeLessThanOrEqual(8);
  expect(after.asked).toBeGreaterThan(before.asked);
  expect(await aheadS()).toBeLessThan(3);

  await cancelCampaign(own.db, ana, many);
  const last = await draftCampaign(own.db, { channel: 'sms', addresses: ['+12025558001', '+12025558002'] });
  await sending.send(last);
  expect(await aheadS()).toBeLessThan(3);
  expect(await sending.untilEnded(last)).toBe('SENT');
  await sending.untilEnded(many);
  await vi.waitFor(async () => expect(await waiting()).toEqual({ jobs: 0, lined: 0 }));
  expect(await counterDrift(own.db)).toEqual([]);
});
