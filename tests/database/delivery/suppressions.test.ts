import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { pauseCampaign, resumeCampaign } from '#app/domain/campaigns/life.server.ts';
import { retryCampaign } from '#app/domain/campaigns/retry-campaign.server.ts';
import { retryRecipient } from '#app/domain/recipients/retry-recipient.server.ts';
import { addSuppression, suppressedOfList } from '#app/domain/suppressions/change-suppressions.server.ts';
import { exportSuppressions } from '#app/domain/suppressions/export-suppressions.server.ts';
import { importSuppressions } from '#app/domain/suppressions/import-suppressions.server.ts';
import { listSuppressions } from '#app/domain/suppressions/list-suppressions.server.ts';
import { counterDrift, draftCampaign, numbered } from '#tests/support/campaigns.ts';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';
import { addressees } from '#tests/support/events.ts';
import { ana, type Sending, startSending } from '#tests/support/sending.ts';

const DAY_S = 86_400;
let own: TestDatabase;
let sending: Sending;
beforeAll(async () => {
  own = await createTestDatabase();
  sending = await startSending(own);
});
afterAll(async () => {
  expect(await counterDrift(own.db)).toEqual([]);
  await sending.stop();
  await own.drop();
});

const suppressed = (address: string, channel: 'email' | 'sms' = 'email') =>
  addSuppression(own.db, ana, { channel, address, reason: 'manual' });
const campaign = async (id: number) => (await own.db.pool.query('select * from campaigns where id = $1', [id])).rows[0];
const statuses = async (id: number) =>
  Object.fromEntries(
    (await own.db.pool.query('select address, status from recipients where campaign_id = $1', [id])).rows.map((row) => [
      row.address,
      row.status,
    ]),
  );
const arrived = (address: string) => sending.sandbox.messages({ to: address }).data.length;

describe('who is on the list', () => {
  test('is left out at the send, without an attempt, and the rest makes the campaign sent', async () => {
    await suppressed('Never@Send.test');
    const id = await draftCampaign(own.db, { addresses: ['never@send.test', ...numbered(20, 'send.test')] });
    expect(await suppressedOfList(own.db, id)).toBe(1);
    await sending.send(id);
    expect(await sending.untilEnded(id)).toBe('SENT');
    expect(await campaign(id)).toMatchObject({ sent: 20, suppressed: 1, failed: 0, total: 21 });
    expect(await statuses(id)).toMatchObject({ 'never@send.test': 'suppressed' });
    expect(arrived('never@send.test')).toBe(0);
    const { rows } = await own.db.pool.query('select count(*)::int as n from attempts where campaign_id = $1', [id]);
    expect(rows[0].n).toBe(20);
  });

  test('may be everybody', async () => {
    for (const address of numbered(3, 'all.test')) await suppressed(address);
    const id = await draftCampaign(own.db, { addresses: numbered(3, 'all.test') });
    await sending.send(id);
    expect(await sending.untilEnded(id)).toBe('SENT');
    expect(await campaign(id)).toMatchObject({ sent: 0, suppressed: 3 });
  });

  test('of one channel gets messages of the other', async () => {
    await suppressed('+12015554001', 'sms');
    const id = await draftCampaign(own.db, { addresses: ['+12015554001', '+12015554002'], channel: 'sms' });
    await sending.send(id);
    await sending.untilEnded(id);
    expect(await statuses(id)).toEqual({ '+12015554001': 'suppressed', '+12015554002': 'sent' });
  });

  test('since the campaign began is not sent to any more', async () => {
    await sending.sandbox.setFaults({ email: { latency_ms: 50 } });
    const id = await draftCampaign(own.db, { addresses: numbered(3_000, 'during.test') });
    await sending.send(id);
    await vi.waitFor(async () => expect((await campaign(id)).sent).toBeGreaterThan(0), { timeout: 10_000, interval: 20 });
    await pauseCampaign(own.db, ana, id);
    const last = 'person3000@during.test';
    await suppressed(last);
    await resumeCampaign(own.db, ana, id);
    await sending.sandbox.setFaults({});
    expect(await sending.untilEnded(id)).toBe('SENT');
    expect(await statuses(id)).toMatchObject({ [last]: 'suppressed' });
    expect(arrived(last)).toBe(0);
  });

  test('since the campaign failed is left out of its retry, and of a single one', async () => {
    await sending.sandbox.setFaults({ email: { bad_key: true } });
    const id = await draftCampaign(own.db, { addresses: numbered(5, 'retry.test') });
    await sending.send(id);
    await sending.untilEnded(id);
    await sending.sandbox.setFaults({});
    await suppressed('person2@retry.test');
    await retryCampaign(own.db, ana, id, { windowS: DAY_S });
    expect(await sending.untilEnded(id)).toBe('SENT');
    expect(await campaign(id)).toMatchObject({ sent: 4, suppressed: 1 });

    const one = await draftCampaign(own.db, { addresses: ['gone+invalid@retry.test'] });
    await sending.send(one);
    await sending.untilEnded(one);
    const [to] = await addressees(own.db, one);
    await suppressed('corrected@retry.test');
    const retry = retryRecipient(own.db, ana, one, to?.recipientId as number, { address: 'Corrected@retry.test', windowS: DAY_S });
    await expect(retry).rejects.toMatchObject({ status: 409, code: 'suppressed' });
  });

  test('comes there by answering STOP to the provider', async () => {
    const id = await draftCampaign(own.db, { addresses: ['+19075550104'], channel: 'sms' });
    await sending.send(id);
    expect(await sending.untilEnded(id)).toBe('FAILED');
    const { data } = await listSuppressions(own.db, { q: '(907) 555-0104' });
    expect(data).toMatchObject([{ address: '+19075550104', channel: 'sms', reason: 'stop', campaign_id: id, created_by: null }]);
    const again = await draftCampaign(own.db, { addresses: ['+19075550104'], channel: 'sms' });
    await sending.send(again);
    expect(await sending.untilEnded(again)).toBe('SENT');
    expect(await campaign(again)).toMatchObject({ suppressed: 1, failed: 0 });
  });
});

describe('the list', () => {
  test('takes a file, all or nothing, and gives itself as one', async () => {
    const csv = ['Email,Name', 'a@file.test,A', 'A@file.test,again', 'nobody,B', ' """Cy"" <c@file.test>" ,C'].join('\n');
    const imported = () => importSuppressions(own.db, ana, { channel: 'email', source: [csv] });
    expect(await imported()).toMatchObject({ rows: 4, added: 2, known: 1, rejected: 1 });
    expect(await imported()).toMatchObject({ rows: 4, added: 0, known: 3, rejected: 1 });
    const broken = importSuppressions(own.db, ana, { channel: 'email', source: ['email\nx@broken.test\n"y@broken.test'] });
    await expect(broken).rejects.toMatchObject({ status: 422, code: 'unclosed_quote' });
    expect((await listSuppressions(own.db, { q: 'x@broken' })).data).toEqual([]);

    let text = '';
    for await (const chunk of await exportSuppressions(own.db)) text += chunk;
    expect(text.split('\r\n')[0]).toBe('\ufeffchannel,address,reason,campaign_id,recipient_id,created_at,created_by,source,note');
    expect(text).toMatch(/^email,c@file\.test,manual,,,\d{4}-.*Z,Ana,import,\r$/m);
    expect(text).toContain('\r\nsms,+19075550104,stop,');
  });

  test('is found where the suppression list is the larger of two', async () => {
    await own.db.pool.query(
      `insert into suppressions (channel, address) select 'email', 'x' || n || '@large.test' from generate_series(1, 100000) n`,
    );
    await own.db.pool.query('analyze suppressions');
    const id = await draftCampaign(own.db, { addresses: [...numbered(500, 'small.test'), 'x5@large.test', 'x100000@large.test'] });
    expect(await suppressedOfList(own.db, id)).toBe(2);
    await sending.send(id);
    expect(await sending.untilEnded(id)).toBe('SENT');
    expect(await campaign(id)).toMatchObject({ sent: 500, suppressed: 2 });
  });
});
