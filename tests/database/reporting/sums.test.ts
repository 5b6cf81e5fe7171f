import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { failureGroups } from '#app/domain/campaigns/failure-groups.server.ts';
import { getCampaign } from '#app/domain/campaigns/get-campaign.server.ts';
import { retryCampaign } from '#app/domain/campaigns/retry-campaign.server.ts';
import { keepSettings } from '#app/domain/reporting/keep-settings.server.ts';
import { draftCampaign, numbered } from '#tests/support/campaigns.ts';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';
import { ana, type Sending, startSending } from '#tests/support/sending.ts';

/** The views beside the ledger, after campaigns that met every kind of fault. */
let own: TestDatabase;
let sending: Sending;
const ids: number[] = [];
const query = async <T extends object>(sql: string, values: unknown[] = []) => (await own.db.pool.query<T>(sql, values)).rows;

beforeAll(async () => {
  own = await createTestDatabase();
  sending = await startSending(own, { SEND_TIMEOUT_MS: '3000' });
  await keepSettings(own.db, sending.env);
  const faults = { rate_429: 0.15, rate_500: 0.1, rate_invalid: 0.08, rate_timeout: 0.02, retry_after_s: 1 };
  await sending.sandbox.setFaults({ email: faults, sms: faults });
  ids.push(await draftCampaign(own.db, { addresses: [...numbered(100), 'gone+500@example.test', 'no+invalid@example.test'] }));
  ids.push(await draftCampaign(own.db, { channel: 'sms', addresses: Array.from({ length: 50 }, (_, n) => `+1201555${String(1000 + n)}`) }));
  for (const id of ids) await sending.send(id);
  for (const id of ids) await sending.untilEnded(id);
  await sending.sandbox.setFaults({});
  // A round for all that failed: those were refused at random, so most of them are reached now.
  for (const id of ids)
    await retryCampaign(own.db, ana, id, { codes: (await failureGroups(own.db.pool, id)).map(({ code }) => code), windowS: 86_400 });
  for (const id of ids) await sending.untilEnded(id);
}, 200_000);
afterAll(async () => {
  await sending.stop();
  await own.drop();
});

/** Counted without SQL, from the definition: sent, and the last accepted attempt was not the first attempt. */
async function recovered(campaignId: number): Promise<number> {
  const sent = await query<{ id: number }>(`select id from recipients where campaign_id = $1 and status = 'sent'`, [campaignId]);
  const attempts = await query<{ id: number; recipient_id: number; outcome: string }>(
    'select id, recipient_id, outcome from attempts where campaign_id = $1 order by id',
    [campaignId],
  );
  return sent.filter(({ id }) => {
    const tried = attempts.filter(({ recipient_id }) => recipient_id === id);
    return tried.findLastIndex(({ outcome }) => outcome === 'accepted') > 0;
  }).length;
}

test('the faults were met, and retries saved some', async () => {
  for (const id of ids) expect(await recovered(id)).toBeGreaterThan(3);
  expect((await query('select from attempts where round = 1')).length).toBeGreaterThan(2);
});

describe('reporting.campaigns', () => {
  test('says what the API says', async () => {
    const waiting = await draftCampaign(own.db, { addresses: [] });
    await query(`update campaigns set status = 'SENDING', doing = 'sending', started_at = now() where id = $1`, [waiting]);
    await query(`update campaigns set hold_until = now() + interval '1 minute', hold_reason = 'SendGrid is down.' where id = $1`, [
      waiting,
    ]);
    for (const id of [...ids, waiting]) {
      const [row] = await query<Record<string, unknown>>('select * from reporting.campaigns where id = $1', [id]);
      const { recovered_by_retry, sender, ...shared } = row ?? {};
      const times = Object.entries(shared).map(([name, value]) => [name, value instanceof Date ? value.toISOString() : value]);
      expect(await getCampaign(own.db, id)).toMatchObject({ ...Object.fromEntries(times), from: sender });
      expect(recovered_by_retry).toBe(await recovered(id));
    }
    await query('delete from campaigns where id = $1', [waiting]);
  });

  test('follows the configured window', async () => {
    await keepSettings(own.db, { retryWindowS: 3_600 });
    const rows = await query<{ s: number }>(
      'select extract(epoch from retry_until - failed_at)::integer as s from reporting.campaigns where failed_at is not null',
    );
    await keepSettings(own.db, sending.env);
    expect(new Set(rows.map(({ s }) => s))).toEqual(new Set([3_600]));
  });
});

test('reporting.daily_sends adds up to the campaigns and to the log', async () => {
  const [days] = await query(
    `select sum(sent)::int as sent, sum(failed)::int as failed, sum(recovered)::int as recovered, sum(attempts)::int as attempts, sum(retried)::int as retried, sum(delivered)::int as delivered
     from reporting.daily_sends`,
  );
  const [campaigns] = await query<{ sent: number; failed: number; recovered: number; recipients: number }>(
    'select sum(sent)::int as sent, sum(failed)::int as failed, sum(recovered_by_retry)::int as recovered, sum(delivered)::int as delivered, sum(total)::int as recipients from reporting.campaigns',
  );
  const [log] = await query<{ n: number }>('select count(*)::int as n from attempts');
  const { recipients, ...sums } = campaigns ?? { recipients: 0 };
  expect(days).toEqual({ ...sums, attempts: log?.n, retried: (log?.n ?? 0) - recipients });
});

test('reporting.failure_reasons are the groups of the page', async () => {
  for (const id of ids) {
    const rows = await query(
      'select failure_code as code, label, recipients as count from reporting.failure_reasons where campaign_id = $1 order by recipients desc, failure_code',
      [id],
    );
    expect(rows).toEqual(await failureGroups(own.db.pool, id));
  }
});

test('reporting.retry_recovery has every further attempt once', async () => {
  const rows = await query<{ attempted: number; accepted: number; round: number; number: number }>(
    'select * from reporting.retry_recovery',
  );
  const [log] = await query<{ further: number }>('select (count(*) - count(distinct recipient_id))::int as further from attempts');
  const saved = await Promise.all(ids.map(recovered));
  expect(rows.reduce((sum, { attempted }) => sum + attempted, 0)).toBe(log?.further);
  expect(rows.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(saved.reduce((a, b) => a + b));
  expect(rows.some(({ round, number }) => round === 0 && number === 1)).toBe(false);
});

test('a call refused for the whole account comes first, too', async () => {
  await sending.sandbox.setFaults({ email: { out_of_credits: true } });
  const id = await draftCampaign(own.db, { addresses: ['credit@example.test'] });
  await sending.send(id);
  expect(await sending.untilEnded(id)).toBe('FAILED');
  await sending.sandbox.setFaults({});
  await retryCampaign(own.db, ana, id, { windowS: 86_400 });
  expect(await sending.untilEnded(id)).toBe('SENT');
  expect(await query('select recovered_by_retry from reporting.campaigns where id = $1', [id])).toEqual([{ recovered_by_retry: 1 }]);
  expect(await query('select attempted, accepted from reporting.retry_recovery where campaign_id = $1', [id])).toEqual([
    { attempted: 1, accepted: 1 },
  ]);
});

test('one recipient and its attempts are told as the ledger has them', async () => {
  const told = await query(
    `select a.round, a.number, a.outcome, a.duration_ms >= 0 as took_time from reporting.recipients r
     join reporting.attempts a using (campaign_id, recipient_id)
     where r.address = 'no+invalid@example.test' and r.status = 'failed' and r.failure_code = 'invalid_address' order by a.started_at`,
  );
  const logged = await query(
    `select a.round, a.number, a.outcome, true as took_time from attempts a join recipients r on r.campaign_id = a.campaign_id and r.id = a.recipient_id
     where r.address = 'no+invalid@example.test' order by a.id`,
  );
  expect(logged.length).toBeGreaterThan(1);
  expect(told).toEqual(logged);
});
