import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { cloneCampaign } from '#app/domain/campaigns/clone-campaign.server.ts';
import { getCampaign } from '#app/domain/campaigns/get-campaign.server.ts';
import { getRetryPreview, retryCampaign } from '#app/domain/campaigns/retry-campaign.server.ts';
import { sendCampaign, startScheduledCampaign, unscheduleCampaign } from '#app/domain/campaigns/send-campaign.server.ts';
import { resolveRecipient } from '#app/domain/recipients/resolve-recipient.server.ts';
import { retryRecipient } from '#app/domain/recipients/retry-recipient.server.ts';
import { counterDrift, draftCampaign, numbered } from '#tests/support/campaigns.ts';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';
import { ana, type Sending, startSending } from '#tests/support/sending.ts';

const DAY_S = 86_400;
let own: TestDatabase;
let sending: Sending;
beforeAll(async () => {
  own = await createTestDatabase();
  sending = await startSending(own, { SEND_TIMEOUT_MS: '10000' });
});
afterAll(async () => {
  await sending.stop();
  await own.drop();
});

const campaign = async (id: number) => (await own.db.pool.query('select * from campaigns where id = $1', [id])).rows[0];
const idOf = async (campaignId: number, address: string) =>
  (await own.db.pool.query<{ id: number }>('select id from recipients where campaign_id = $1 and address = $2', [campaignId, address]))
    .rows[0]?.id as number;
const eventsOf = async (id: number) =>
  (
    await own.db.pool.query<{ kind: string; actor: string | null }>(
      'select kind, actor from campaign_events where campaign_id = $1 order by id',
      [id],
    )
  ).rows.map(({ kind, actor }) => [kind, actor]);

async function ended(addresses: string[], faults: object, setup: Partial<Parameters<typeof draftCampaign>[1]> = {}): Promise<number> {
  await sending.sandbox.setFaults(faults);
  const id = await draftCampaign(own.db, { addresses, ...setup });
  await sending.send(id);
  await sending.untilEnded(id);
  await sending.sandbox.setFaults({});
  return id;
}

describe('a retry round', () => {
  test('sends to the failed ones only, in a new round, and tells the whole story', async () => {
    const id = await ended(['a+invalid@example.com', ...numbered(5)], {});
    await own.db.pool.query(`update recipients set address = 'a@example.com' where campaign_id = $1 and status = 'failed'`, [id]);
    const { accepted } = await sending.sandbox.stats();
    expect(await getRetryPreview(own.db, id)).toMatchObject({
      retryable: 0,
      by_reason: [{ code: 'invalid_address', count: 1, retry_by_default: false }],
    });
    await expect(retryCampaign(own.db, ana, id, { windowS: DAY_S })).rejects.toMatchObject({ status: 409, code: 'nothing_to_retry' });

    expect(await retryCampaign(own.db, ana, id, { codes: ['invalid_address'], windowS: DAY_S })).toEqual({ retried: 1, retries_left: 2 });
    expect(await sending.untilEnded(id)).toBe('SENT');
    expect((await sending.sandbox.stats()).accepted).toBe(accepted + 1);
    expect(await campaign(id)).toMatchObject({ sent: 6, failed: 0, failed_at: null, retry_count: 1, doing: 'nothing', retry_codes: null });
    const { rows } = await own.db.pool.query(
      `select round, number, outcome, actor from attempts where campaign_id = $1 and recipient_id = $2 order by id`,
      [id, await idOf(id, 'a@example.com')],
    );
    expect(rows).toEqual([
      { round: 0, number: 1, outcome: 'permanent', actor: null },
      { round: 1, number: 1, outcome: 'accepted', actor: 'Ana' },
    ]);
    expect(await eventsOf(id)).toEqual([
      ['started', 'Ana'],
      ['ended', null],
      ['retried', 'Ana'],
      ['ended', null],
    ]);
  });

  test('goes on where the credits ran out, and burns nobody’s attempts', async () => {
    const id = await ended(numbered(100, 'credits.test'), { email: { out_of_credits: true } });
    expect(await getRetryPreview(own.db, id)).toMatchObject({ retryable: 100, by_reason: [{ code: 'not_tried', count: 100 }] });
    expect(await retryCampaign(own.db, ana, id, { windowS: DAY_S })).toMatchObject({ retried: 100 });
    expect(await sending.untilEnded(id)).toBe('SENT');
    const { rows } = await own.db.pool.query('select distinct attempts from recipients where campaign_id = $1', [id]);
    expect(rows).toEqual([{ attempts: 1 }]);
  });

  test('starts once when two people press at the same time', async () => {
    const id = await ended(numbered(50, 'twice.test'), { email: { bad_key: true } });
    const results = await Promise.allSettled([1, 2, 3].map(() => retryCampaign(own.db, ana, id, { windowS: DAY_S })));
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected']);
    for (const result of results) if (result.status === 'rejected') expect(result.reason).toMatchObject({ status: 409 });
    expect(await sending.untilEnded(id)).toBe('SENT');
    expect(await campaign(id)).toMatchObject({ retry_count: 1, sent: 50 });
    expect((await sending.sandbox.stats()).doubled).toEqual([]);
  });

  test('is closed after 24 hours and after three rounds, with what to do instead', async () => {
    const id = await ended(numbered(3, 'late.test'), { email: { bad_key: true } });
    await own.db.pool.query(`update campaigns set failed_at = now() - interval '25 hours' where id = $1`, [id]);
    await expect(retryCampaign(own.db, ana, id, { windowS: DAY_S })).rejects.toMatchObject({ status: 409, code: 'retry_window_over' });
    await own.db.pool.query(`update campaigns set failed_at = now(), retry_count = 3 where id = $1`, [id]);
    await expect(retryCampaign(own.db, ana, id, { windowS: DAY_S })).rejects.toMatchObject({ status: 409, code: 'no_retries_left' });
  });
});

describe('support’s tools', () => {
  test('send to one failed recipient again, at a corrected address, and cost no round', async () => {
    const id = await ended(['cy+invalid@example.com', 'ok@example.com'], {});
    const recipient = await idOf(id, 'cy+invalid@example.com');
    await expect(retryRecipient(own.db, ana, id, recipient, { address: 'ok@example.com', windowS: DAY_S })).rejects.toMatchObject({
      code: 'address_taken',
    });
    await expect(retryRecipient(own.db, ana, id, recipient, { address: 'nobody', windowS: DAY_S })).rejects.toMatchObject({ status: 422 });
    await retryRecipient(own.db, ana, id, recipient, { address: ' CY@Example.com ', windowS: DAY_S });
    expect(await sending.untilEnded(id)).toBe('SENT');
    expect(await campaign(id)).toMatchObject({ retry_count: 0, sent: 2 });
    expect(await idOf(id, 'cy@example.com')).toBe(recipient);
    await expect(retryRecipient(own.db, ana, id, recipient, { windowS: DAY_S })).rejects.toMatchObject({ status: 409 });
  });

  test('reopen a stopped campaign for one person without sending to those never tried', async () => {
    const id = await ended(['cy+invalid@example.com'], {});
    await own.db.pool.query(
      `insert into recipients (campaign_id, address) select $1, 'rest' || n || '@example.com' from generate_series(1, 20) n`,
      [id],
    );
    await own.db.pool.query(`update campaigns set failure_code = 'out_of_credits', failure_reason = 'No credits.' where id = $1`, [id]);
    await retryRecipient(own.db, ana, id, await idOf(id, 'cy+invalid@example.com'), { address: 'cy@example.com', windowS: DAY_S });
    expect(await sending.untilEnded(id)).toBe('PARTIALLY_SENT');
    expect(await campaign(id)).toMatchObject({ sent: 1, pending: 20, failure_code: 'out_of_credits', doing: 'nothing', stop_code: null });
  });

  test('decide an unknown outcome, and the ended campaign follows', async () => {
    const id = await ended(['a+timeout@example.com', 'ok@example.com'], {}, { unknownPolicy: 'hold' });
    expect(await campaign(id)).toMatchObject({ status: 'PARTIALLY_SENT', unknown: 1 });
    const recipient = await idOf(id, 'a+timeout@example.com');
    expect(await resolveRecipient(own.db, ana, id, recipient, 'sent')).toMatchObject({ status: 'sent' });
    expect(await campaign(id)).toMatchObject({ status: 'SENT', sent: 2, failed_at: null, failure_code: null });
    expect((await eventsOf(id)).slice(-2)).toEqual([
      ['recipient_resolved', 'Ana'],
      ['outcome_changed', 'Ana'],
    ]);
    await expect(resolveRecipient(own.db, ana, id, recipient, 'failed')).rejects.toMatchObject({ status: 409 });
  });

  test('send again where nobody knows', async () => {
    const id = await ended(['b+timeoutx1@example.com'], {}, { unknownPolicy: 'hold' });
    expect(await campaign(id)).toMatchObject({ status: 'FAILED', unknown: 1 });
    await own.db.pool.query(`update recipients set address = 'b@example.com' where campaign_id = $1`, [id]);
    await resolveRecipient(own.db, ana, id, await idOf(id, 'b@example.com'), 'resend');
    expect(await sending.untilEnded(id)).toBe('SENT');
  });
});

describe('a schedule', () => {
  test('sends at its time, and not after it was taken back', async () => {
    const at = new Date(Date.now() + 1_500).toISOString();
    const first = await draftCampaign(own.db, { addresses: ['a@example.com'] });
    const second = await draftCampaign(own.db, { addresses: ['b@example.com'] });
    for (const id of [first, second]) await sendCampaign(own.db, ana, id, {}, { scheduled_at: at, time_zone: 'Europe/Berlin' });
    expect(await getCampaign(own.db, first)).toMatchObject({ status: 'SCHEDULED', scheduled_at: at, time_zone: 'Europe/Berlin' });
    await unscheduleCampaign(own.db, ana, second);
    expect(await sending.untilEnded(first)).toBe('SENT');
    expect((await campaign(first)).started_at.getTime()).toBeGreaterThanOrEqual(Date.parse(at));
    await startScheduledCampaign(own.db, second, at);
    expect(await campaign(second)).toMatchObject({ status: 'DRAFT', scheduled_at: null });
  });

  test('is refused in the past', async () => {
    const id = await draftCampaign(own.db, { addresses: ['a@example.com'] });
    const past = { scheduled_at: '2020-01-01T00:00:00Z' };
    await expect(sendCampaign(own.db, ana, id, {}, past)).rejects.toMatchObject({ status: 422, errors: [{ path: 'scheduled_at' }] });
  });
});

describe('a clone', () => {
  test('is a new draft with the same content and people, in their order, ready when its list is complete', async () => {
    const id = await ended(['a+invalid@example.com', ...numbered(299, 'clone.test')], {});
    const clone = await cloneCampaign(own.db, ana, id);
    expect(clone).toMatchObject({ status: 'DRAFT', name: 'Test (copy)', subject: 'Hello' });
    await vi.waitFor(async () => expect(await getCampaign(own.db, clone.id)).toMatchObject({ preparing: false, pending: 300, total: 300 }));
    const { rows } = await own.db.pool.query(
      `select (select array_agg(address order by id) from recipients where campaign_id = $1) = (select array_agg(address order by id) from recipients where campaign_id = $2) as same`,
      [id, clone.id],
    );
    expect(rows).toEqual([{ same: true }]);
  });

  test('is not sent while its list is still in work', async () => {
    const id = await draftCampaign(own.db, { addresses: numbered(3, 'copying.test') });
    await own.db.pool.query(`update campaigns set doing = 'emptying' where id = $1`, [id]);
    await expect(sendCampaign(own.db, ana, id, {})).rejects.toMatchObject({ status: 409, code: 'preparing' });
    await expect(cloneCampaign(own.db, ana, id)).rejects.toMatchObject({ status: 409, code: 'preparing' });
  });
});

test('nothing of this leaves counters that differ from the ledger', async () => {
  expect(await counterDrift(own.db)).toEqual([]);
});
