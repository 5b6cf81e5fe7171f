import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { counterDrift, draftCampaign, numbered } from '#tests/support/campaigns.ts';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';
import { type Sending, startSending } from '#tests/support/sending.ts';

const RECIPIENTS = 10_000;

let own: TestDatabase;
let sending: Sending;
beforeAll(async () => {
  own = await createTestDatabase();
  // No answer is too late here: one that were would be a second message, and rightly so.
  sending = await startSending(own, { SEND_TIMEOUT_MS: '60000' });
});
afterAll(async () => {
  await sending.stop();
  await own.drop();
});

test('10,000 recipients at 10 % of 429 and 500 and 2 % invalid end in one state each, and the provider has what the ledger says', async () => {
  const { db } = own;
  await sending.sandbox.setFaults({ email: { rate_429: 0.05, rate_500: 0.05, rate_invalid: 0.02 } });
  const id = await draftCampaign(db, { addresses: numbered(RECIPIENTS) });
  await sending.send(id);
  expect(await sending.untilEnded(id)).toBe('PARTIALLY_SENT');

  const { rows } = await db.pool.query(
    `select c.sent, c.failed, c.total,
       (select count(distinct recipient_id)::int from attempts where campaign_id = c.id and outcome = 'accepted') as accepted,
       (select count(*)::int from attempts where campaign_id = c.id) as attempts,
       (select count(*)::int from recipients where campaign_id = c.id and status not in ('sent', 'failed')) as elsewhere
     from campaigns c where id = $1`,
    [id],
  );
  const [ledger] = rows;
  expect(ledger.sent + ledger.failed).toBe(RECIPIENTS);
  expect(ledger).toMatchObject({ total: RECIPIENTS, accepted: ledger.sent, elsewhere: 0 });

  const stats = await sending.sandbox.stats();
  expect(stats.accepted).toBe(ledger.sent);
  expect(stats.doubled).toEqual([]);
  expect(stats.requests).toBe(ledger.attempts);
  expect(await counterDrift(db)).toEqual([]);

  // No retry came before its time. How late they come is for the bench to measure.
  const { rows: early } = await db.pool.query(
    `select number, waited, promised from (
       select number, extract(epoch from started_at - lag(finished_at) over (partition by recipient_id order by id)) as waited,
         power(2, number - 1) as promised
       from attempts where campaign_id = $1) w
     where number > 1 and waited < promised`,
    [id],
  );
  expect(early).toEqual([]);
  await vi.waitFor(async () => {
    const { rows: left } = await db.pool.query(
      `select j.id, j.attempts, j.last_error from graphile_worker._private_jobs j where payload ->> 'campaign_id' is not null`,
    );
    expect(left).toEqual([]);
  });
});
