import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { counterDrift, draftCampaign, numbered } from '#tests/support/campaigns.ts';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';
import { attemptsOf, type Sending, startSending } from '#tests/support/sending.ts';

let own: TestDatabase;
let sending: Sending;
beforeAll(async () => {
  own = await createTestDatabase();
  sending = await startSending(own, { EMAIL_BATCH_SIZE: '50', SEND_TIMEOUT_MS: '1000' });
});
afterEach(() => sending.sandbox.setFaults({}));
afterAll(async () => {
  await sending.stop();
  await own.drop();
});

async function sendTo(addresses: string[], text: string): Promise<number> {
  sending.sandbox.clear();
  const id = await draftCampaign(own.db, { addresses, text });
  await sending.send(id);
  await sending.untilEnded(id);
  expect(await counterDrift(own.db)).toEqual([]);
  return id;
}

const byStatus = async (id: number) =>
  (
    await own.db.pool.query(
      `select status, failure_code, count(*)::int as n from recipients where campaign_id = $1 group by 1, 2 order by 1, 2`,
      [id],
    )
  ).rows;

describe('emails that share calls', () => {
  test('reach everybody once, with what is theirs, in far fewer calls', async () => {
    const text =
      '{% assign name = address | split: "@" | first %}Hello {{ name }}, {% if name == "person7" %}lucky one{% else %}hello again{% endif %}.';
    const addresses = numbered(1_000, 'shared.test');
    await sendTo(addresses, text);
    const { requests, accepted, doubled } = sending.sandbox.stats();
    expect({ accepted, doubled }).toEqual({ accepted: 1_000, doubled: [] });
    expect(requests).toBeLessThan(200);
    const arrived = sending.sandbox.messages({ limit: 1_000 }).data;
    const expected = addresses.map((to, i) => [to, `Hello person${i + 1}, ${i === 6 ? 'lucky one' : 'hello again'}.`]);
    expect(new Map(arrived.map(({ to, content }) => [to, content?.text]))).toEqual(new Map(expected as [string, string][]));
  });

  test('share them under a rate, too, and keep to it', async () => {
    const another = await createTestDatabase();
    const rated = await startSending(another, { EMAIL_BATCH_SIZE: '50', EMAIL_RATE: '100' });
    const id = await draftCampaign(another.db, { addresses: numbered(150, 'rated.test') });
    await rated.send(id);
    expect(await rated.untilEnded(id)).toBe('SENT');
    // A quarter of a second's slots at a time.
    expect(rated.sandbox.stats()).toMatchObject({ accepted: 150, requests: expect.toSatisfy((n: number) => n < 50) });
    const { rows } = await another.db.pool.query<{ s: number }>(
      'select extract(epoch from max(started_at) - min(started_at))::float8 as s from attempts where campaign_id = $1',
      [id],
    );
    expect(rows[0]?.s).toBeGreaterThan(1);
    await rated.stop();
    await another.drop();
  });

  test('fail alone where an address is refused', async () => {
    const bad = numbered(20, 'shared.test').map((address) => address.replace('@', '+invalid@'));
    const id = await sendTo([...numbered(300, 'shared.test'), ...bad], 'Hello.');
    expect(await byStatus(id)).toEqual([
      { status: 'sent', failure_code: null, n: 300 },
      { status: 'failed', failure_code: 'invalid_address', n: 20 },
    ]);
    expect(sending.sandbox.stats()).toMatchObject({ accepted: 300, doubled: [] });
  });

  test('are retried by themselves, each by its own count', async () => {
    const id = await sendTo([...numbered(60, 'shared.test'), 'late+429x2@shared.test'], 'Hello.');
    expect(await byStatus(id)).toEqual([{ status: 'sent', failure_code: null, n: 61 }]);
    expect((await attemptsOf(own, id, 'late+429x2@shared.test')).map(({ outcome }) => outcome)).toEqual([
      'transient',
      'transient',
      'accepted',
    ]);
    expect(sending.sandbox.stats()).toMatchObject({ accepted: 61, doubled: [] });
  });

  test('are unknown together where a call was not answered, and sent again after the grace period', async () => {
    sending.sandbox.setFaults({ email: { rate_timeout: 0.5, events: 'off' } });
    const id = await sendTo(numbered(200, 'shared.test'), 'Hello.');
    const { rows } = await own.db.pool.query(
      `select count(*) filter (where outcome = 'accepted')::int as accepted, count(*) filter (where outcome = 'unknown')::int as unknown
       from attempts where campaign_id = $1`,
      [id],
    );
    expect(rows[0].unknown).toBeGreaterThan(0);
    const sent = (await byStatus(id)).find(({ status }) => status === 'sent')?.n ?? 0;
    expect(rows[0].accepted).toBe(sent);
    expect(sending.sandbox.stats()).toMatchObject({ accepted: sent, doubled: [] });
  });
});
