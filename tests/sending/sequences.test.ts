import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { cloneCampaign } from '#app/domain/campaigns/clone-campaign.server.ts';
import { failureGroups } from '#app/domain/campaigns/failure-groups.server.ts';
import { getCampaign } from '#app/domain/campaigns/get-campaign.server.ts';
import { getRetryPreview, retryCampaign } from '#app/domain/campaigns/retry-campaign.server.ts';
import { listRecipients } from '#app/domain/recipients/list-recipients.server.ts';
import { counterDrift, draftCampaign, numbered } from '#tests/support/campaigns.ts';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';
import { ana, attemptsOf, type Callbacks, type Sending, startSending, takeCallbacks } from '#tests/support/sending.ts';

/** The sequences that the product promises, each from a draft to its end through the sandbox. */

const windowS = 86_400;
let own: TestDatabase;
let sending: Sending;
let callbacks: Callbacks;
beforeAll(async () => {
  own = await createTestDatabase();
  callbacks = await takeCallbacks(own);
  sending = await startSending(own, { SEND_TIMEOUT_MS: '60000', BASE_URL: callbacks.url });
});
afterAll(async () => {
  await sending.stop();
  callbacks.stop();
  await own.drop();
});

async function ended(addresses: string[], setup: Partial<Parameters<typeof draftCampaign>[1]> = {}): Promise<number> {
  const id = await draftCampaign(own.db, { addresses, ...setup });
  await sending.send(id);
  await sending.untilEnded(id);
  return id;
}
const outcomes = async (id: number, address: string) =>
  (await attemptsOf(own, id, address)).map(({ number, outcome, http_status }) => `${number} ${outcome} ${http_status}`);
const recipientsOf = async (id: number) => (await listRecipients(own.db, id, { limit: 500 })).data;
const arrivedFor = (to: string) => sending.sandbox.messages({ to }).data.length;

describe('email', () => {
  test('429, then sent after 2 s', async () => {
    const id = await ended(['ada+429x1@example.com']);
    expect(await getCampaign(own.db, id)).toMatchObject({ status: 'SENT', sent: 1, retry_count: 0, failed_at: null });
    expect(await outcomes(id, 'ada+429x1@example.com')).toEqual(['1 transient 429', '2 accepted 202']);
    const waited = (await attemptsOf(own, id, 'ada+429x1@example.com'))[1]?.waited_ms;
    expect(waited).toBeGreaterThanOrEqual(2_000);
  });

  test('500 four times: that one failed, counted and logged, while the campaign went on', async () => {
    const id = await draftCampaign(own.db, { addresses: ['bo+500@example.com', ...numbered(30, 'goes-on.test')] });
    await sending.send(id);
    await vi.waitFor(async () => expect(await getCampaign(own.db, id)).toMatchObject({ status: 'SENDING', sent: 30, retrying: 1 }), 10_000);
    await sending.untilEnded(id);
    expect(await getCampaign(own.db, id)).toMatchObject({
      status: 'PARTIALLY_SENT',
      sent: 30,
      failed: 1,
      failure_code: 'recipients_failed',
      failed_at: expect.any(String),
    });
    expect(await outcomes(id, 'bo+500@example.com')).toEqual([1, 2, 3, 4].map((number) => `${number} transient 500`));
    expect(await failureGroups(own.db.pool, id)).toEqual([{ code: 'provider_error', label: 'Provider had an error', count: 1 }]);
  });
});

describe('SMS', () => {
  test('an invalid number fails at once with its reason; the campaign goes on', async () => {
    const id = await ended(['+19075550101', '+12025550121'], { channel: 'sms' });
    expect(await getCampaign(own.db, id)).toMatchObject({ status: 'PARTIALLY_SENT', sent: 1, failed: 1 });
    expect(await outcomes(id, '+19075550101')).toEqual(['1 permanent 400']);
    const failed = (await recipientsOf(id)).find(({ status }) => status === 'failed');
    expect(failed).toMatchObject({ failure_code: 'invalid_number', failure_reason: expect.stringMatching(/\.$/) });
  });

  test('a carrier’s rejection after the fact fails that one; the ended campaign follows, and a retry leaves it out', async () => {
    const id = await ended(['+19075550144', '+12025550123'], { channel: 'sms' });
    await vi.waitFor(
      async () => expect(await getCampaign(own.db, id)).toMatchObject({ status: 'PARTIALLY_SENT', sent: 1, failed: 1 }),
      10_000,
    );
    const failed = (await recipientsOf(id)).find(({ status }) => status === 'failed');
    expect(failed).toMatchObject({ address: '+19075550144', failure_code: 'carrier_rejected', delivery: 'undelivered' });
    expect(await outcomes(id, '+19075550144')).toEqual(['1 accepted 201']);
    expect(await getRetryPreview(own.db, id)).toMatchObject({ retryable: 0, excluded: [{ code: 'carrier_rejected', count: 1 }] });
  });

  test('a sender that carriers want registered is told once, and a retry leaves its recipients out', async () => {
    const id = await ended(['+19075550146', '+19075550147', '+12025550124'], { channel: 'sms' });
    await vi.waitFor(async () => expect(await getCampaign(own.db, id)).toMatchObject({ status: 'PARTIALLY_SENT', sent: 1, failed: 2 }));
    expect(await getRetryPreview(own.db, id)).toMatchObject({ retryable: 0, excluded: [{ code: 'sender_not_registered', count: 2 }] });
    const { rows } = await own.db.pool.query(`select data -> 'provider' as provider from alerts where type = 'provider.degraded'`);
    expect(rows).toEqual([
      { provider: expect.objectContaining({ channel: 'sms', until: null, reason: expect.stringContaining('Register') }) },
    ]);
  });

  test('a rate limit is waited out: 429 twice, then sent after 2 and 4 s', async () => {
    const id = await ended(['+19075550112'], { channel: 'sms' });
    expect(await outcomes(id, '+19075550112')).toEqual(['1 transient 429', '2 transient 429', '3 accepted 201']);
    const attempts = await attemptsOf(own, id, '+19075550112');
    expect(attempts[1]?.waited_ms).toBeGreaterThanOrEqual(2_000);
    expect(attempts[2]?.waited_ms).toBeGreaterThanOrEqual(4_000);
  });

  test('a rate limit that stays, and a server error that stays, fail after four attempts', async () => {
    const id = await ended(['+19075550113', '+19075550122', '+12025550122'], { channel: 'sms' });
    expect(await outcomes(id, '+19075550113')).toEqual([1, 2, 3, 4].map((number) => `${number} transient 429`));
    expect(await outcomes(id, '+19075550122')).toHaveLength(4);
    expect((await failureGroups(own.db.pool, id)).map(({ code, count }) => [code, count]).sort()).toEqual([
      ['provider_error', 1],
      ['rate_limited', 1],
    ]);
    expect(await getRetryPreview(own.db, id)).toMatchObject({ retryable: 2, excluded: [] });
  });
});

test('the quota is exhausted in the middle: it stops with the reason, burns no attempt, and a retry goes on from there', async () => {
  await sending.sandbox.setFaults({ email: { latency_ms: 20 } });
  const id = await draftCampaign(own.db, { addresses: numbered(3_000, 'quota.test') });
  await sending.send(id);
  await vi.waitFor(async () => expect((await getCampaign(own.db, id)).sent).toBeGreaterThan(50), { timeout: 20_000 });
  await sending.sandbox.setFaults({ email: { out_of_credits: true } });
  await sending.untilEnded(id);
  await sending.sandbox.setFaults({});
  const stopped = await getCampaign(own.db, id);
  expect(stopped).toMatchObject({ status: 'PARTIALLY_SENT', failed: 0, failure_code: 'out_of_credits', sent: 3_000 - stopped.pending });
  expect(stopped.pending).toBeGreaterThan(0);

  expect(await retryCampaign(own.db, ana, id, { windowS })).toEqual({ retried: stopped.pending, retries_left: 2 });
  expect(await sending.untilEnded(id)).toBe('SENT');
  const { rows } = await own.db.pool.query('select max(attempts) as most from recipients where campaign_id = $1', [id]);
  expect(rows).toEqual([{ most: 1 }]);
  expect((await sending.sandbox.stats()).doubled).toEqual([]);
});

describe('a retry', () => {
  test('of the failed sends to the failed only; nobody gets a second message', async () => {
    const flaky = ['one+500x4@example.com', 'two+500x4@example.com'];
    const id = await ended([...flaky, 'gone+invalid@example.com', ...numbered(10, 'only-failed.test')]);
    expect(await getCampaign(own.db, id)).toMatchObject({ status: 'PARTIALLY_SENT', sent: 10, failed: 3 });
    expect(await getRetryPreview(own.db, id)).toMatchObject({ retryable: 2, excluded: [{ code: 'invalid_address', count: 1 }] });
    // A script counts afresh in each round, so that these would fail again.
    await own.db.pool.query(`update recipients set address = replace(address, '+500x4', '+500x1') where campaign_id = $1`, [id]);
    expect(await retryCampaign(own.db, ana, id, { windowS })).toEqual({ retried: 2, retries_left: 2 });
    await sending.untilEnded(id);
    expect(await getCampaign(own.db, id)).toMatchObject({ status: 'PARTIALLY_SENT', sent: 12, failed: 1, retry_count: 1 });
    expect((await recipientsOf(id)).map(({ round }) => round).sort()).toEqual([...Array<number>(11).fill(0), 1, 1]);
    for (const { address, status } of await recipientsOf(id)) expect(arrivedFor(address)).toBe(status === 'sent' ? 1 : 0);
  });

  test('pressed twice starts one round', async () => {
    await sending.sandbox.setFaults({ email: { bad_key: true } });
    const id = await ended(numbered(40, 'double-click.test'));
    await sending.sandbox.setFaults({});
    const presses = await Promise.allSettled([1, 2].map(() => retryCampaign(own.db, ana, id, { windowS })));
    expect(presses.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await sending.untilEnded(id)).toBe('SENT');
    expect(await getCampaign(own.db, id)).toMatchObject({ retry_count: 1, sent: 40 });
    for (const { address } of await recipientsOf(id)) expect(arrivedFor(address)).toBe(1);
  });

  test('after 24 hours is refused and changes nothing', async () => {
    await sending.sandbox.setFaults({ email: { bad_key: true } });
    const id = await ended(numbered(3, 'too-late.test'));
    await sending.sandbox.setFaults({});
    await own.db.pool.query(`update campaigns set failed_at = now() - interval '24 hours 1 second' where id = $1`, [id]);
    const before = await getCampaign(own.db, id);
    await expect(retryCampaign(own.db, ana, id, { windowS })).rejects.toMatchObject({ status: 409, code: 'retry_window_over' });
    expect(await getCampaign(own.db, id)).toEqual(before);
    await own.db.pool.query(`update campaigns set failed_at = now() - interval '23 hours 59 minutes' where id = $1`, [id]);
    expect(await retryCampaign(own.db, ana, id, { windowS })).toMatchObject({ retried: 3 });
  });
});

test('a clone has the content, the settings and everybody, and is sent like any other', async () => {
  const id = await ended(['gone+invalid@example.com', ...numbered(20, 'clone-again.test')], {
    text: 'Spring is here.',
    unknownPolicy: 'hold',
  });
  const original = await getCampaign(own.db, id);
  const { id: clone } = await cloneCampaign(own.db, ana, id);
  await vi.waitFor(async () => expect(await getCampaign(own.db, clone)).toMatchObject({ preparing: false, pending: 21 }));
  const { subject, text, html, from, channel, unknown_policy, max_retries, variables } = original;
  expect(await getCampaign(own.db, clone)).toMatchObject({ subject, text, html, from, channel, unknown_policy, max_retries, variables });
  await sending.send(clone);
  expect(await sending.untilEnded(clone)).toBe('PARTIALLY_SENT');
  expect(await getCampaign(own.db, clone)).toMatchObject({ sent: 20, failed: 1, retry_count: 0 });
  expect(await getCampaign(own.db, id)).toEqual(original);
});

test('at the end of it all the counters equal the ledger', async () => {
  expect(await counterDrift(own.db)).toEqual([]);
});
