import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { getCampaign } from '#app/domain/campaigns/get-campaign.server.ts';
import { getRetryPreview, retryCampaign } from '#app/domain/campaigns/retry-campaign.server.ts';
import { holdProvider } from '#app/domain/limits/provider-gates.server.ts';
import { requestProbeNow } from '#app/domain/limits/read-limits.server.ts';
import { counterDrift, draftCampaign, numbered } from '#tests/support/campaigns.ts';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';
import { ana, type Sending, startSending } from '#tests/support/sending.ts';

let own: TestDatabase;
let sending: Sending;
beforeAll(async () => {
  own = await createTestDatabase();
  sending = await startSending(own, { EMAIL_BATCH_SIZE: '20' });
});
afterAll(async () => {
  expect(await counterDrift(own.db)).toEqual([]);
  await sending.stop();
  await own.drop();
});

const states = async (id: number) =>
  (
    await own.db.pool.query<{ status: string; attempts: number; n: number }>(
      'select status, attempts, count(*)::int as n from recipients where campaign_id = $1 group by 1, 2 order by 1, 2',
      [id],
    )
  ).rows;

test.each(['email', 'sms'] as const)(
  'the sign-in page of a network holds %s with nobody sent to and nobody’s attempts used; when it is gone all are',
  async (channel) => {
    const addresses = channel === 'email' ? numbered(50, 'captive.test') : Array.from({ length: 50 }, (_, n) => `+120255501${10 + n}`);
    await sending.sandbox.setFaults({ [channel]: { captive: true } });
    const id = await draftCampaign(own.db, { channel, addresses });
    await sending.send(id);
    await vi.waitFor(async () =>
      expect(await getCampaign(own.db, id)).toMatchObject({
        status: 'SENDING',
        pending: 50,
        hold_reason: expect.stringMatching(/^Something between Rollcall and (SendGrid|Twilio) answered in its place/),
      }),
    );
    await vi.waitFor(async () => expect(await states(id)).toEqual([{ status: 'pending', attempts: 0, n: 50 }]));
    await sending.sandbox.setFaults({});
    await requestProbeNow(own.db.pool, channel);
    expect(await sending.untilEnded(id)).toBe('SENT');
  },
);

test('a firewall’s page for one of 60 concerns that one alone, also in calls that several share', async () => {
  const id = await draftCampaign(own.db, { addresses: ['word+blocked@wall.test', ...numbered(59, 'wall.test')] });
  await sending.send(id);
  expect(await sending.untilEnded(id)).toBe('PARTIALLY_SENT');
  expect(await getCampaign(own.db, id)).toMatchObject({ sent: 59, failed: 1, failure_code: 'recipients_failed' });
  const { rows } = await own.db.pool.query(
    `select address, failure_code, failure_reason from recipients where campaign_id = $1 and status = 'failed'`,
    [id],
  );
  expect(rows).toEqual([
    { address: 'word+blocked@wall.test', failure_code: 'connection', failure_reason: expect.stringContaining('answered in its place') },
  ]);
});

test('a trial account stops the campaign with what to do there, and a plain retry takes everybody', async () => {
  const id = await draftCampaign(own.db, { channel: 'sms', addresses: ['+19075550106', '+12025550171', '+12025550172'] });
  await sending.send(id);
  await sending.untilEnded(id);
  const ended = await getCampaign(own.db, id);
  expect(ended).toMatchObject({
    failure_code: 'trial_account',
    failure_reason: expect.stringMatching(/trial.*Upgrade.*verify/),
    failed: 0,
  });
  expect(await getRetryPreview(own.db, id)).toMatchObject({ retryable: ended.pending, excluded: [] });
  await own.db.pool.query(`update recipients set address = '+12025550173' where campaign_id = $1 and address = '+19075550106'`, [id]);
  await retryCampaign(own.db, ana, id, { windowS: 3_600 });
  expect(await sending.untilEnded(id)).toBe('SENT');
});

test('a probe whose copy cannot be filled in says nothing about the provider, which stays held', async () => {
  await sending.sandbox.setFaults({ email: { down: true } });
  const id = await draftCampaign(own.db, { addresses: ['empty@probe.test', 'full@probe.test'], text: '{{ greeting }}' });
  await own.db.pool.query(`update campaigns set variables = '{greeting}' where id = $1`, [id]);
  await own.db.pool.query(
    `update recipients set variables = jsonb_build_object('greeting', case address when 'full@probe.test' then 'Hi' else '' end) where campaign_id = $1`,
    [id],
  );
  await holdProvider(own.db.pool, 'email', { seconds: 3_600, reason: 'Away.', longestS: 7_200, renew: false });
  await sending.send(id);
  await vi.waitFor(async () => {
    await requestProbeNow(own.db.pool, 'email');
    expect(await getCampaign(own.db, id)).toMatchObject({ status: 'SENDING', failed: 1, pending: 1 });
    const { rows } = await own.db.pool.query('select count(*)::int as n from attempts where campaign_id = $1 and http_status = 503', [id]);
    expect(rows[0]?.n).toBeGreaterThan(0);
  });
  expect(await states(id)).toEqual([
    { status: 'pending', attempts: 0, n: 1 },
    { status: 'failed', attempts: 1, n: 1 },
  ]);
  await sending.sandbox.setFaults({});
  await requestProbeNow(own.db.pool, 'email');
  expect(await sending.untilEnded(id)).toBe('PARTIALLY_SENT');
});
