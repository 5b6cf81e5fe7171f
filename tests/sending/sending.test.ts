import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { cancelCampaign, pauseCampaign, resumeCampaign } from '#app/domain/campaigns/life.server.ts';
import { counterDrift, draftCampaign, numbered } from '#tests/support/campaigns.ts';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';
import { ana, attemptsOf, type Callbacks, type Sending, startSending, takeCallbacks } from '#tests/support/sending.ts';

let own: TestDatabase;
let sending: Sending;
let callbacks: Callbacks;
beforeAll(async () => {
  own = await createTestDatabase();
  callbacks = await takeCallbacks(own);
  sending = await startSending(own, { BASE_URL: callbacks.url });
});
afterAll(async () => {
  await sending.stop();
  callbacks.stop();
  await own.drop();
});

const recipientOf = async (campaignId: number, address: string) =>
  (await own.db.pool.query('select * from recipients where campaign_id = $1 and address = $2', [campaignId, address])).rows[0];
const campaign = async (id: number) => (await own.db.pool.query('select * from campaigns where id = $1', [id])).rows[0];
const jobsLeft = async (id: number) =>
  (
    await own.db.pool.query(`select count(*)::int as n from graphile_worker._private_jobs where (payload ->> 'campaign_id')::bigint = $1`, [
      id,
    ])
  ).rows[0].n;

/** Takes note of each retry's time as the queue has it: seconds from the end of the attempt before, to a microsecond. */
async function promisedRetries() {
  await own.db.pool.query(`
    create table promised (at serial, recipient_id bigint, run_at timestamptz);
    create function note_promise() returns trigger language plpgsql as $$
    begin
      insert into promised (recipient_id, run_at) values ((new.payload ->> 'recipient_id')::bigint, new.run_at);
      return null;
    end $$;
    create trigger note_job after insert on graphile_worker._private_jobs for each row
      when (new.payload ->> 'recipient_id' is not null) execute function note_promise();
    create trigger note_promise after update on graphile_worker._private_jobs for each row
      when (old.locked_at is not null and new.locked_at is null) execute function note_promise()`);
  return {
    async stop() {
      const { rows } = await own.db.pool.query<{ s: number }>(
        `select extract(epoch from p.run_at - a.finished_at)::float8 as s
         from (select *, row_number() over (partition by recipient_id order by at) as number from promised) p
         join attempts a on a.recipient_id = p.recipient_id and a.number = p.number order by p.at`,
      );
      await own.db.pool.query('drop function note_promise cascade; drop table promised');
      return rows.map(({ s }) => s);
    },
  };
}

/** Runs one campaign to its end and returns its id. */
async function sent(addresses: string[], setup: Partial<Parameters<typeof draftCampaign>[1]> = {}): Promise<number> {
  const id = await draftCampaign(own.db, { addresses, ...setup });
  await sending.send(id);
  await sending.untilEnded(id);
  return id;
}

describe('a campaign through the sandbox', () => {
  test('is sent to everybody once', async () => {
    const id = await sent(numbered(250));
    expect(await campaign(id)).toMatchObject({ status: 'SENT', sent: 250, failed_at: null });
    expect((await sending.sandbox.stats()).doubled).toEqual([]);
    await vi.waitFor(async () => expect(await jobsLeft(id)).toBe(0));
  });

  test('retries 429 after 2 and 4 s, and then it is sent', async () => {
    const id = await sent(['ada+429x2@example.com', 'bob@example.com']);
    expect(await campaign(id)).toMatchObject({ status: 'SENT', sent: 2 });
    const attempts = await attemptsOf(own, id, 'ada+429x2@example.com');
    expect(attempts.map(({ outcome, http_status }) => [outcome, http_status])).toEqual([
      ['transient', 429],
      ['transient', 429],
      ['accepted', 202],
    ]);
    for (const [i, promised] of [2_000, 4_000].entries()) expect(attempts[i + 1]?.waited_ms).toBeGreaterThanOrEqual(promised);
  });

  test('fails a recipient after the third retry, at 2, 4 and 8 s, and goes on with the others', async () => {
    const promises = await promisedRetries();
    const id = await sent(['cy+500@example.com', ...numbered(20, 'others.test')]);
    expect(await campaign(id)).toMatchObject({ status: 'PARTIALLY_SENT', sent: 20, failed: 1, failure_code: 'recipients_failed' });
    expect(await recipientOf(id, 'cy+500@example.com')).toMatchObject({ status: 'failed', attempts: 4, failure_code: 'provider_error' });
    expect(await promises.stop()).toEqual([2, 4, 8]);
    const attempts = await attemptsOf(own, id, 'cy+500@example.com');
    expect(attempts.map(({ number, outcome }) => [number, outcome])).toEqual([1, 2, 3, 4].map((number) => [number, 'transient']));
    for (const [i, promised] of [2_000, 4_000, 8_000].entries()) expect(attempts[i + 1]?.waited_ms).toBeGreaterThanOrEqual(promised);
    await vi.waitFor(async () => expect(await jobsLeft(id)).toBe(0));
  });

  test('fails an address that the provider refuses at once, with the reason', async () => {
    const id = await sent(['no+invalid@example.com']);
    expect(await campaign(id)).toMatchObject({ status: 'FAILED', sent: 0, failed: 1 });
    const recipient = await recipientOf(id, 'no+invalid@example.com');
    expect(recipient).toMatchObject({ status: 'failed', attempts: 1, failure_code: 'invalid_address' });
    expect(recipient.failure_reason).toMatch(/[a-z]+\.$/);
  });

  test('stops for a refused key, burns no attempt and says why', async () => {
    await sending.sandbox.setFaults({ email: { bad_key: true } });
    const id = await sent(numbered(3_000, 'nobody.test'));
    await sending.sandbox.setFaults({});
    expect(await campaign(id)).toMatchObject({ status: 'FAILED', sent: 0, pending: 3_000, failure_code: 'credentials' });
    const { rows } = await own.db.pool.query('select distinct status, attempts from recipients where campaign_id = $1', [id]);
    expect(rows).toEqual([{ status: 'pending', attempts: 0 }]);
  });

  test('stops in the middle when the credits run out, and keeps the rest for later', async () => {
    await sending.sandbox.setFaults({ email: { latency_ms: 20 } });
    const id = await draftCampaign(own.db, { addresses: numbered(4_000, 'credits.test') });
    await sending.send(id);
    await vi.waitFor(async () => expect((await campaign(id)).sent).toBeGreaterThan(100), { timeout: 20_000 });
    await sending.sandbox.setFaults({ email: { out_of_credits: true } });
    await sending.untilEnded(id);
    await sending.sandbox.setFaults({});
    const ended = await campaign(id);
    expect(ended).toMatchObject({ status: 'PARTIALLY_SENT', failure_code: 'out_of_credits', failed: 0 });
    expect(ended.pending + ended.sent).toBe(4_000);
  });

  test('pauses, resumes and still reaches everybody once', async () => {
    await sending.sandbox.setFaults({ email: { latency_ms: 20 } });
    const id = await draftCampaign(own.db, { addresses: numbered(4_000, 'pause.test') });
    await sending.send(id);
    await vi.waitFor(async () => expect((await campaign(id)).sent).toBeGreaterThan(50), { timeout: 20_000 });
    await pauseCampaign(own.db, ana, id);
    await vi.waitFor(async () => expect(await campaign(id)).toMatchObject({ status: 'PAUSED', queued: 0, sending: 0 }), {
      timeout: 20_000,
    });
    const paused = await campaign(id);
    expect(paused.pending + paused.sent).toBe(4_000);
    await resumeCampaign(own.db, ana, id);
    await sending.untilEnded(id);
    await sending.sandbox.setFaults({});
    expect(await campaign(id)).toMatchObject({ status: 'SENT', sent: 4_000 });
    expect((await sending.sandbox.stats()).doubled).toEqual([]);
  });

  test('cancels what was not tried', async () => {
    await sending.sandbox.setFaults({ email: { latency_ms: 20 } });
    const id = await draftCampaign(own.db, { addresses: numbered(4_000, 'cancel.test') });
    await sending.send(id);
    await vi.waitFor(async () => expect((await campaign(id)).sent).toBeGreaterThan(50), { timeout: 20_000 });
    await cancelCampaign(own.db, ana, id);
    await vi.waitFor(async () => expect(await campaign(id)).toMatchObject({ pending: 0, queued: 0, sending: 0, retrying: 0 }), {
      timeout: 20_000,
    });
    await sending.sandbox.setFaults({});
    const cancelled = await campaign(id);
    expect(cancelled.status).toBe('CANCELLED');
    expect(cancelled.sent + cancelled.cancelled).toBe(4_000);
  });

  test('fails one recipient whose copy cannot be filled in, without a call', async () => {
    const id = await draftCampaign(own.db, { addresses: ['a@example.com', 'b@example.com'], text: '{{ greeting }}' });
    await own.db.pool.query(`update campaigns set variables = '{greeting}' where id = $1`, [id]);
    await own.db.pool.query(
      `update recipients set variables = jsonb_build_object('greeting', case address when 'a@example.com' then '' else 'Hi' end) where campaign_id = $1`,
      [id],
    );
    const { requests } = await sending.sandbox.stats();
    await sending.send(id);
    expect(await sending.untilEnded(id)).toBe('PARTIALLY_SENT');
    expect(await recipientOf(id, 'a@example.com')).toMatchObject({ status: 'failed', failure_code: 'render_failed' });
    expect((await sending.sandbox.stats()).requests).toBe(requests + 1);
  });

  test('fails one recipient whose copy becomes too large, without a call', async () => {
    const id = await draftCampaign(own.db, { addresses: ['a@example.com', 'b@example.com'], text: '{{ story }} '.repeat(100) });
    await own.db.pool.query(`update campaigns set variables = '{story}' where id = $1`, [id]);
    await own.db.pool.query(
      `update recipients set variables = jsonb_build_object('story', repeat('x', case address when 'a@example.com' then 100000 else 10 end))
       where campaign_id = $1`,
      [id],
    );
    const { requests } = await sending.sandbox.stats();
    await sending.send(id);
    expect(await sending.untilEnded(id)).toBe('PARTIALLY_SENT');
    const failed = await recipientOf(id, 'a@example.com');
    expect(failed).toMatchObject({ status: 'failed', failure_code: 'render_failed' });
    expect(failed.failure_reason).toContain('The message becomes too large.');
    expect((await sending.sandbox.stats()).requests).toBe(requests + 1);
  });

  test('sends text messages, with the refusals of carriers and numbers told apart', async () => {
    const fates = {
      '+12025550101': ['sent', null],
      '+19075550101': ['failed', 'invalid_number'],
      '+19075550103': ['failed', 'not_allowed'],
      '+19075550104': ['failed', 'opted_out'],
      '+19075550105': ['failed', 'invalid_number'],
      '+19075550141': ['failed', 'unreachable'],
      '+19075550142': ['failed', 'invalid_number'],
      '+19075550143': ['failed', 'invalid_number'],
      '+19075550144': ['failed', 'carrier_rejected'],
      '+19075550146': ['failed', 'sender_not_registered'],
    };
    const id = await sent(Object.keys(fates), { channel: 'sms' });
    const told = async () => {
      const { rows } = await own.db.pool.query<{ address: string; status: string; failure_code: string | null }>(
        'select address, status, failure_code from recipients where campaign_id = $1 order by address',
        [id],
      );
      return Object.fromEntries(rows.map(({ address, status, failure_code }) => [address, [status, failure_code]]));
    };
    // Carriers tell by callback, after Twilio has taken the message.
    await vi.waitFor(async () => expect(await told()).toEqual(fates));
    expect(await campaign(id)).toMatchObject({ status: 'PARTIALLY_SENT', sent: 1, failed: 9 });
    const { rows } = await own.db.pool.query(
      `select outcome, count(*)::int as n from attempts where campaign_id = $1 group by 1 order by 1`,
      [id],
    );
    expect(rows).toEqual([
      { outcome: 'accepted', n: 6 },
      { outcome: 'permanent', n: 4 },
    ]);
  });

  test('leaves counters that equal the ledger', async () => {
    expect(await counterDrift(own.db)).toEqual([]);
  });
});
