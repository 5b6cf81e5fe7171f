import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createLogger } from '#app/config/log.server.ts';
import { getCampaign } from '#app/domain/campaigns/get-campaign.server.ts';
import { pauseCampaign, resumeCampaign } from '#app/domain/campaigns/life.server.ts';
import { retryCampaign } from '#app/domain/campaigns/retry-campaign.server.ts';
import { holdProvider, probeProvider, setRate } from '#app/domain/limits/provider-gates.server.ts';
import { requestProbeNow } from '#app/domain/limits/read-limits.server.ts';
import { reconcile } from '#app/domain/workers/reconcile.server.ts';
import { createProviders } from '#app/providers/providers.server.ts';
import { startWorker } from '#tasks/start-worker.ts';
import { counterDrift, draftCampaign, numbered } from '#tests/support/campaigns.ts';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';
import { ana, type Sending, startSending } from '#tests/support/sending.ts';

let own: TestDatabase;
let sending: Sending;
beforeAll(async () => {
  own = await createTestDatabase();
  sending = await startSending(own);
});
afterAll(async () => {
  await sending.stop();
  await own.drop();
});

const gate = async () => (await own.db.pool.query(`select * from provider_gates where channel = 'email'`)).rows[0];
const attemptsOf = async (id: number) =>
  (
    await own.db.pool.query<{ outcome: string; n: number }>(
      'select outcome, count(*)::int as n from attempts where campaign_id = $1 group by 1 order by 1',
      [id],
    )
  ).rows;

describe('a held provider', () => {
  test('is sent nothing but a probe, burns nobody’s attempts, says so on the campaign, and goes on when it is well again', async () => {
    const hold = { seconds: 600, reason: 'SendGrid is limiting us.', longestS: 3_600, renew: false };
    const id = await draftCampaign(own.db, { addresses: numbered(1_000, 'held.test') });
    await sending.sandbox.setFaults({ email: { latency_ms: 200 } });
    await sending.send(id);
    await vi.waitFor(async () => expect((await getCampaign(own.db, id)).sent).toBeGreaterThan(0));
    expect(await holdProvider(own.db.pool, 'email', hold)).toBe(true);
    expect(await holdProvider(own.db.pool, 'email', hold)).toBe(false);
    expect(await getCampaign(own.db, id)).toMatchObject({ hold_reason: 'SendGrid is limiting us.', hold_until: expect.any(String) });
    const settled = async () => {
      const { queued, sending: inFlight } = await getCampaign(own.db, id);
      expect([queued, inFlight]).toEqual([0, 0]);
    };
    await vi.waitFor(settled);
    // What was under way ended, and the others were put back.
    const { sent, pending } = await getCampaign(own.db, id);
    expect(pending).toBeGreaterThan(0);
    expect(sent + pending).toBe(1_000);
    const { requests } = await sending.sandbox.stats();

    // One probe goes out, and whoever has a job all the same is put back.
    await sending.sandbox.setFaults({ email: { down: true } });
    await requestProbeNow(own.db.pool, 'email');
    await vi.waitFor(async () => expect(await gate()).toMatchObject({ hold_count: 2 }));
    await own.db.pool.query(
      `with woken as (
         update recipients set status = 'queued', dispatch_seq = dispatch_seq + 1 where campaign_id = $1 and status = 'pending'
         returning id, dispatch_seq
       )
       select graphile_worker.add_job('send_email', json_build_object('campaign_id', $1::bigint, 'recipient_id', id, 'dispatch_seq', dispatch_seq))
       from woken`,
      [id],
    );
    await vi.waitFor(settled);
    expect((await sending.sandbox.stats()).requests).toBe(requests + 1);
    const { rows } = await own.db.pool.query(
      `select status, attempts, count(*)::int as n from recipients where campaign_id = $1 group by 1, 2 order by 1`,
      [id],
    );
    expect(rows).toEqual([
      { status: 'pending', attempts: 0, n: pending },
      { status: 'sent', attempts: 1, n: sent },
    ]);

    await sending.sandbox.setFaults({});
    await requestProbeNow(own.db.pool, 'email');
    expect(await sending.untilEnded(id)).toBe('SENT');
    expect(await attemptsOf(id)).toEqual([
      { outcome: 'accepted', n: 1_000 },
      { outcome: 'transient', n: 1 },
    ]);
    expect(await gate()).toMatchObject({ hold_until: null, hold_reason: null, hold_count: 0 });
    expect(await getCampaign(own.db, id)).toMatchObject({ hold_until: null, hold_reason: null });
  });

  test('is not kept held by one person whose own message always fails', async () => {
    await sending.sandbox.setFaults({});
    const id = await draftCampaign(own.db, { addresses: ['always+500@chance.test', ...numbered(60, 'chance.test')] });
    await holdProvider(own.db.pool, 'email', { seconds: 1, reason: 'SendGrid is limiting us.', longestS: 3_600, renew: false });
    await sending.send(id);
    await vi.waitFor(async () => expect((await getCampaign(own.db, id)).sent).toBe(60), { timeout: 30_000 });
    expect(await sending.untilEnded(id)).toBe('PARTIALLY_SENT');
  });

  test('stays held while its probes fail, without burning their attempts', async () => {
    await sending.sandbox.setFaults({ email: { down: true } });
    const id = await draftCampaign(own.db, { addresses: numbered(40, 'probe.test') });
    await holdProvider(own.db.pool, 'email', {
      seconds: 1,
      reason: 'SendGrid does not take messages at the moment.',
      longestS: 3_600,
      renew: false,
    });
    await sending.send(id);
    // The release asks campaigns to go on; until then somebody must be waiting for the probe to be sent.
    await vi.waitFor(async () => expect((await gate()).hold_count).toBeGreaterThan(1), { timeout: 20_000 });
    const { rows } = await own.db.pool.query('select distinct status, attempts from recipients where campaign_id = $1', [id]);
    expect(rows).toEqual([{ status: 'pending', attempts: 0 }]);
    await sending.sandbox.setFaults({});
    expect(await sending.untilEnded(id)).toBe('SENT');
  });

  test('is not released by a probe that came to nothing, because the copy could not be filled in', async () => {
    await sending.sandbox.setFaults({ email: { down: true } });
    const id = await draftCampaign(own.db, { addresses: numbered(4, 'blank.test'), text: '{{ news }}' });
    await own.db.pool.query(`update campaigns set variables = '{news}' where id = $1`, [id]);
    await own.db.pool.query(
      `update recipients set variables = jsonb_build_object('news', case when address like 'person4%' then 'We are open.' else '' end)
       where campaign_id = $1`,
      [id],
    );
    const { requests } = await sending.sandbox.stats();
    await holdProvider(own.db.pool, 'email', { seconds: 1, reason: 'SendGrid is limiting us.', longestS: 3_600, renew: false });
    await sending.send(id);
    await vi.waitFor(
      async () => {
        await requestProbeNow(own.db.pool, 'email'); // each in vain waits for longer than the one before
        const { failed, pending, sent, retrying } = await getCampaign(own.db, id);
        expect({ failed, pending, sent, retrying }).toEqual({ failed: 3, pending: 1, sent: 0, retrying: 0 });
        expect((await sending.sandbox.stats()).requests).toBeGreaterThan(requests);
      },
      { timeout: 150_000, interval: 300 },
    );
    // Whoever could be asked was asked by probes alone, which burn nothing.
    expect(await gate()).toMatchObject({ hold_until: expect.any(Date) });
    const { rows } = await own.db.pool.query(`select attempts from recipients where campaign_id = $1 and status = 'pending'`, [id]);
    expect(rows).toEqual([{ attempts: 0 }]);
    await sending.sandbox.setFaults({});
    await requestProbeNow(own.db.pool, 'email');
    expect(await sending.untilEnded(id)).toBe('PARTIALLY_SENT');
  });

  test('ends its campaigns with the reason when it does not come back', async () => {
    await sending.sandbox.setFaults({ email: { down: true } });
    const id = await draftCampaign(own.db, { addresses: numbered(20, 'gone.test') });
    const hold = { seconds: 60, reason: 'SendGrid does not take messages at the moment.', longestS: 3_600, renew: true };
    await holdProvider(own.db.pool, 'email', hold);
    await sending.send(id);
    await own.db.pool.query(`update provider_gates set held_since = now() - interval '2 hours' where channel = 'email'`);
    await holdProvider(own.db.pool, 'email', hold);
    expect(await sending.untilEnded(id)).toBe('FAILED');
    await sending.sandbox.setFaults({});
    expect(await getCampaign(own.db, id)).toMatchObject({ failure_code: 'provider_unavailable', pending: 20, failed: 0 });
    expect(await gate()).toMatchObject({ hold_until: null });
  });

  test('is held by itself when half of its answers are 429', async () => {
    await sending.sandbox.setFaults({ email: { rate_429: 0.8 } });
    const id = await draftCampaign(own.db, { addresses: numbered(600, 'storm.test') });
    await sending.send(id);
    await vi.waitFor(async () => expect(await gate()).toMatchObject({ hold_reason: 'SendGrid is limiting us.' }), { timeout: 20_000 });
    await sending.sandbox.setFaults({});
    await sending.untilEnded(id);
    expect((await getCampaign(own.db, id)).sent).toBeGreaterThan(550);
    expect(await counterDrift(own.db)).toEqual([]);
  });
});

describe('a stopped channel', () => {
  const stop = () => setRate(own.db.pool, 'email', 0);
  const inFlight = async (id: number) => {
    const { queued, sending: onTheWay, retrying } = await getCampaign(own.db, id);
    return queued + onTheWay + retrying;
  };
  const said = { hold_reason: 'Email is stopped in the settings.', hold_until: null };

  test('sends nothing more, says so on campaigns under way and on those that start or go on, and goes on when it is allowed', async () => {
    await sending.sandbox.setFaults({ email: { latency_ms: 50 } });
    const [running, later, paused] = [
      await draftCampaign(own.db, { addresses: numbered(1_500, 'stopped.test') }),
      await draftCampaign(own.db, { addresses: numbered(5, 'later.test') }),
      await draftCampaign(own.db, { addresses: numbered(5, 'paused.test') }),
    ];
    await sending.send(running);
    await vi.waitFor(async () => expect((await getCampaign(own.db, running)).sent).toBeGreaterThan(0));
    await stop();
    await vi.waitFor(async () => expect(await inFlight(running)).toBe(0), { timeout: 20_000 });
    expect(await getCampaign(own.db, running)).toMatchObject({ status: 'SENDING', ...said });
    const { requests } = await sending.sandbox.stats();

    await sending.send(later);
    await sending.send(paused);
    await pauseCampaign(own.db, ana, paused);
    expect(await getCampaign(own.db, paused)).toMatchObject({ hold_reason: null });
    await resumeCampaign(own.db, ana, paused);
    for (const id of [later, paused])
      expect(await getCampaign(own.db, id)).toMatchObject({ status: 'SENDING', pending: 5, sent: 0, ...said });

    // Neither a provider's hold nor its probe gets past the stop, or takes its words away.
    await holdProvider(own.db.pool, 'email', { seconds: 0, reason: 'SendGrid is limiting us.', longestS: 3_600, renew: false });
    expect(await getCampaign(own.db, later)).toMatchObject(said);
    expect(await probeProvider(own.db.pool, 'email')).toBe(false);
    expect(await reconcile(own.db, createLogger(sending.env))).toEqual([]);
    expect(await getCampaign(own.db, later)).toMatchObject(said);
    expect((await sending.sandbox.stats()).requests).toBe(requests);

    await sending.sandbox.setFaults({});
    await setRate(own.db.pool, 'email', null);
    for (const id of [running, later, paused]) {
      expect(await sending.untilEnded(id)).toBe('SENT');
      expect(await getCampaign(own.db, id)).toMatchObject({ hold_reason: null, hold_until: null });
    }
    expect(await attemptsOf(running)).toEqual([{ outcome: 'accepted', n: 1_500 }]);
    const { rows } = await own.db.pool.query(
      `select kind, details ->> 'reason' as reason from campaign_events where campaign_id = $1 and kind in ('held', 'released') order by id`,
      [running],
    );
    expect(rows).toEqual([
      { kind: 'held', reason: 'Email is stopped in the settings.' },
      { kind: 'released', reason: null },
    ]);
  });
});

test('a storm that outlasts HOLD_MAX_S ends the campaign with the reason, and a retry goes on from there', async () => {
  const other = await createTestDatabase();
  const impatient = await startSending(other, { HOLD_MAX_S: '1' });
  await impatient.sandbox.setFaults({ email: { rate_429: 1 } });
  const id = await draftCampaign(other.db, { addresses: numbered(400, 'outlasted.test') });
  await impatient.send(id);
  expect(await impatient.untilEnded(id)).toBe('FAILED');
  expect(await getCampaign(other.db, id)).toMatchObject({
    failure_code: 'provider_unavailable',
    failure_reason: expect.stringContaining('It did not come back in time. Retry when it is well again.'),
    sent: 0,
    failed: 0,
    pending: 400,
  });
  await impatient.sandbox.setFaults({});
  await retryCampaign(other.db, ana, id, { windowS: 3_600 });
  expect(await impatient.untilEnded(id)).toBe('SENT');
  await impatient.stop();
  await other.drop();
});

describe('a shared rate', () => {
  test('that is lifted lets those go who wait for a slot far ahead', async () => {
    await setRate(own.db.pool, 'sms', 0.01);
    const addresses = Array.from({ length: 20 }, (_, n) => `+120255501${20 + n}`);
    const id = await draftCampaign(own.db, { channel: 'sms', addresses });
    await sending.send(id);
    await vi.waitFor(async () => {
      const { rows } = await own.db.pool.query(
        `select slot_at > now() + interval '60 seconds' as far from provider_gates where channel = 'sms'`,
      );
      expect(rows).toEqual([{ far: true }]);
    });
    await setRate(own.db.pool, 'sms', null);
    expect(await sending.untilEnded(id)).toBe('SENT');
  });

  const RATE = 50;

  test('is kept by two workers together, and a change holds at once, without a restart', async () => {
    const providers = createProviders(sending.env);
    const another = await startWorker({ env: sending.env, db: own.db, log: createLogger(sending.env), providers });
    await sending.sandbox.setFaults({ email: { latency_ms: 300 } });
    await setRate(own.db.pool, 'email', RATE);
    const id = await draftCampaign(own.db, { addresses: numbered(2_000, 'rate.test') });
    await sending.send(id);
    await vi.waitFor(
      async () => {
        const { rows } = await own.db.pool.query(
          `select count(distinct claimed_by)::int as workers from recipients where status = 'sending'`,
        );
        expect(rows).toEqual([{ workers: 2 }]);
      },
      { timeout: 20_000, interval: 20 },
    );
    await vi.waitFor(async () => expect((await getCampaign(own.db, id)).sent).toBeGreaterThan(100), { timeout: 20_000 });

    const { rows: slow } = await own.db.pool.query<{ s: number; n: number }>(
      `select count(*)::int as n, extract(epoch from max(a.started_at) - c.started_at)::float8 as s
       from campaigns c join attempts a on a.campaign_id = c.id where c.id = $1 group by c.started_at`,
      [id],
    );
    // Until a worker has read the rate anew it may go on for a second.
    expect(slow[0]?.n).toBeLessThanOrEqual(RATE * ((slow[0]?.s ?? 0) + 1));
    // At the old rate it would take 40 s.
    await setRate(own.db.pool, 'email', null);
    expect(await sending.untilEnded(id)).toBe('SENT');
    await sending.sandbox.setFaults({});
    await another.stop();
    await providers.close();
  });
});
