import { afterAll, beforeAll, expect, test } from 'vitest';
import { draftCampaign } from '#tests/support/campaigns.ts';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';
import { attemptsOf, type Sending, startSending } from '#tests/support/sending.ts';

/** Calls that are never answered, in a ledger of their own: the time that they are given is short here, and too short for others on a slow machine. */

let own: TestDatabase;
let sending: Sending;
beforeAll(async () => {
  own = await createTestDatabase();
  sending = await startSending(own, { SEND_TIMEOUT_MS: '3000' });
});
afterAll(async () => {
  await sending.stop();
  await own.drop();
});

async function sentTo(addresses: string[], setup: Partial<Parameters<typeof draftCampaign>[1]> = {}): Promise<number> {
  const id = await draftCampaign(own.db, { addresses, ...setup });
  await sending.send(id);
  await sending.untilEnded(id);
  return id;
}

const recipientOf = async (campaignId: number, address: string) =>
  (await own.db.pool.query('select * from recipients where campaign_id = $1 and address = $2', [campaignId, address])).rows[0];
const campaign = async (id: number) => (await own.db.pool.query('select * from campaigns where id = $1', [id])).rows[0];

test('sends again after an unknown outcome whose grace has passed, and logs both', async () => {
  const id = await sentTo(['slow+timeout@example.com']);
  const attempts = await attemptsOf(own, id, 'slow+timeout@example.com');
  expect(attempts[0]).toMatchObject({ number: 1, outcome: 'unknown' });
  expect(attempts.length).toBeGreaterThan(1);
  expect(attempts[1]?.waited_ms).toBeGreaterThanOrEqual(1_000);
});

test('holds an unknown outcome for a person where the campaign says so, and ends without it', async () => {
  const id = await sentTo(['slow+timeout@example.com', 'ok@example.com'], { unknownPolicy: 'hold' });
  expect(await campaign(id)).toMatchObject({ status: 'PARTIALLY_SENT', sent: 1, unknown: 1, held: 1 });
  expect(await recipientOf(id, 'slow+timeout@example.com')).toMatchObject({ status: 'unknown', unknown_until: null });
});
