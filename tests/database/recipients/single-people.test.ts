import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { recipientStory } from '#app/domain/activity/recipient-story.server.ts';
import { failureGroups } from '#app/domain/campaigns/failure-groups.server.ts';
import { readInsights } from '#app/domain/campaigns/insights.server.ts';
import { cancelCampaign } from '#app/domain/campaigns/life.server.ts';
import { recordEvents } from '#app/domain/delivery/record-events.server.ts';
import { setRate } from '#app/domain/limits/provider-gates.server.ts';
import { exportRecipients } from '#app/domain/recipients/export-recipients.server.ts';
import { listRecipients } from '#app/domain/recipients/list-recipients.server.ts';
import { resolveRecipient, resolveUnknown } from '#app/domain/recipients/resolve-recipient.server.ts';
import { retryRecipient } from '#app/domain/recipients/retry-recipient.server.ts';
import { listSuppressions } from '#app/domain/suppressions/list-suppressions.server.ts';
import { unsubscribe } from '#app/domain/unsubscribe/unsubscribe.server.ts';
import type { ProviderEvent } from '#app/providers/provider-event.ts';
import { sendGridEvent } from '#app/providers/sendgrid-events.ts';
import { writeByHand } from '#tests/support/by-hand.ts';
import { counterDrift, draftCampaign, numbered } from '#tests/support/campaigns.ts';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';
import { type Addressee, addressees, sendGridJson, sentCampaign } from '#tests/support/events.ts';
import { ana, type Sending, startSending } from '#tests/support/sending.ts';

const MONTH = { windowS: 2_592_000 };
let own: TestDatabase;
let sending: Sending;
beforeAll(async () => {
  own = await createTestDatabase();
  sending = await startSending(own, { SEND_TIMEOUT_MS: '3000' });
});
afterAll(async () => {
  expect(await counterDrift(own.db)).toEqual([]);
  await sending.stop();
  await own.drop();
});

const campaign = async (id: number) => (await own.db.pool.query('select * from campaigns where id = $1', [id])).rows[0];
const told = (to: Addressee, event: string, more = {}) => sendGridEvent(sendGridJson(to, event, more)) as ProviderEvent;
async function ended(addresses: string[], more: Partial<Parameters<typeof draftCampaign>[1]> = {}): Promise<[number, ...Addressee[]]> {
  const id = await draftCampaign(own.db, { addresses, ...more });
  await sending.send(id);
  await sending.untilEnded(id);
  return [id, ...(await addressees(own.db, id))];
}
const arrived = (address: string) => sending.sandbox.messages({ to: address }).data.length;

describe('an email that came back', () => {
  test('is sent again at the corrected address; the campaign ends when it had ended, and nobody is alarmed', async () => {
    const [id, a] = (await ended(['typo@back.test', 'other@back.test'])) as [number, Addressee];
    expect((await campaign(id)).status).toBe('SENT');
    await own.db.pool.query(`update campaigns set finished_at = finished_at - interval '2 days' where id = $1`, [id]);
    const before = await campaign(id);
    await recordEvents(own.db, [told(a, 'bounce', { type: 'bounce', status: '5.1.1' })]);
    expect(await campaign(id)).toMatchObject({ sent: 2, bounced: 1 });
    expect((await listRecipients(own.db, id, { delivery: 'bounced' })).data.map(({ address }) => address)).toEqual(['typo@back.test']);
    expect((await listRecipients(own.db, id, { delivery: 'bounced', q: 'TYPO' })).data).toHaveLength(1);
    expect((await listRecipients(own.db, id, { delivery: 'bounced', q: 'other' })).data).toEqual([]);
    const file = (await text(await exportRecipients(own.db, id, { delivery: 'bounced' }))).trim().split('\r\n');
    expect(file.map((line) => line.split(',')[1])).toEqual(['address', 'typo@back.test']);
    expect((await text(await exportRecipients(own.db, id, { q: 'OTHER@', code: 'timeout' }))).trim().split('\r\n')).toHaveLength(1);
    expect((await text(await exportRecipients(own.db, id, { q: 'OTHER@', status: ['sent'] }))).trim().split('\r\n')).toHaveLength(2);
    await expect(retryRecipient(own.db, ana, id, a.recipientId, MONTH)).rejects.toMatchObject({ code: 'suppressed' });

    await retryRecipient(own.db, ana, id, a.recipientId, { ...MONTH, address: 'fixed@back.test' });
    // A repeated report about the first message is no evidence for the second.
    await recordEvents(own.db, [told(a, 'bounce', { type: 'bounce', status: '5.1.1' })]);
    await sending.untilEnded(id);
    expect(arrived('fixed@back.test')).toBe(1);
    const after = await campaign(id);
    expect(after).toMatchObject({ status: 'SENT', sent: 2, bounced: 0, finished_at: before.finished_at, reopened_from: null });
    expect((await listRecipients(own.db, id, { delivery: 'bounced' })).data).toEqual([]);
    const { rows } = await own.db.pool.query('select type from alerts where campaign_id = $1', [id]);
    expect(rows).toEqual([{ type: 'campaign.sent' }]);
    const { events, attempts } = await recipientStory(own.db, id, a.recipientId);
    expect(attempts.map(({ address }) => address)).toEqual(['typo@back.test', 'fixed@back.test']);
    expect(events.map(({ text }) => text).join(' ')).toContain('corrected the address from typo@back.test to fixed@back.test');
  });

  test('leaves the window of a failed campaign where it was', async () => {
    const [id, a] = (await ended(['lost+invalid@window.test', 'fine@window.test'])) as [number, Addressee];
    await own.db.pool.query(
      `update campaigns set failed_at = failed_at - interval '20 days', finished_at = finished_at - interval '20 days' where id = $1`,
      [id],
    );
    const before = await campaign(id);
    await expect(retryRecipient(own.db, ana, id, a.recipientId, { windowS: 86_400 })).rejects.toMatchObject({ code: 'retry_window_over' });
    await retryRecipient(own.db, ana, id, a.recipientId, MONTH);
    await sending.untilEnded(id);
    expect(await campaign(id)).toMatchObject({
      ...{ status: 'PARTIALLY_SENT', failed_at: before.failed_at, finished_at: before.finished_at, started_at: before.started_at },
    });
    expect((await readInsights(own.db, id)).singlesClosed).toBe(false);
    await own.db.pool.query(`update campaigns set failed_at = now() - interval '31 days', finished_at = now() where id = $1`, [id]);
    expect((await recipientStory(own.db, id, a.recipientId)).retry_closed).toMatch(/30 days/);
    expect((await readInsights(own.db, id)).singlesClosed).toBe(true);
  });
});

describe('an unknown outcome', () => {
  const unknown = (n: number, host: string) =>
    ended(
      numbered(n, host).map((address) => address.replace('@', '+timeout@')),
      { unknownPolicy: 'hold' },
    );

  test.each(['sent', 'failed', 'resend'] as const)(
    'is decided as %s after it was given up, and in a cancelled campaign',
    async (outcome) => {
      const [id, a] = (await unknown(1, `${outcome}.single.test`)) as [number, Addressee];
      await resolveRecipient(own.db, ana, id, a.recipientId, 'failed');
      expect(await campaign(id)).toMatchObject({ status: 'FAILED', failed: 1 });
      await own.db.pool.query(
        `update campaigns set status = 'SENDING', doing = 'sending', failed_at = null, failure_code = null, finished_at = null where id = $1`,
        [id],
      );
      await cancelCampaign(own.db, ana, id);
      const before = await campaign(id);
      await resolveRecipient(own.db, ana, id, a.recipientId, outcome);
      if (outcome === 'resend') await sending.untilEnded(id);
      expect(await campaign(id)).toMatchObject({ status: 'CANCELLED', finished_at: before.finished_at, reopened_from: null });
      const { rows } = await own.db.pool.query('select status, failure_code from recipients where id = $1', [a.recipientId]);
      expect(rows[0].status).toBe(outcome === 'sent' ? 'sent' : outcome === 'failed' ? 'failed' : rows[0].status);
    },
  );

  test('is decided for all at once, or for those named; each story tells of it, the log once', async () => {
    const [id, a] = (await unknown(6, 'bulk.test')) as [number, Addressee];
    expect(await campaign(id)).toMatchObject({ unknown: 6, held: 6 });
    expect(await resolveUnknown(own.db, ana, id, { outcome: 'failed', ids: [a.recipientId, 999_999_999] })).toBe(1);
    expect(await campaign(id)).toMatchObject({ unknown: 5, failed: 1 });
    expect(await failureGroups(own.db.pool, id)).toMatchObject([{ code: 'not_arrived', count: 1 }]);
    expect(await resolveUnknown(own.db, ana, id, { outcome: 'sent' })).toBe(5);
    expect(await campaign(id)).toMatchObject({ status: 'PARTIALLY_SENT', unknown: 0, failed: 1, sent: 5 });
    expect(await resolveUnknown(own.db, ana, id, { outcome: 'sent', ids: [a.recipientId] })).toBe(1);
    expect(await campaign(id)).toMatchObject({ status: 'SENT', unknown: 0, failed: 0, sent: 6, failed_at: null });
    expect(await resolveUnknown(own.db, ana, id, { outcome: 'resend' })).toBe(0);
    const { events } = await recipientStory(own.db, id, a.recipientId);
    expect(events.filter(({ kind }) => kind === 'recipient_resolved')).toHaveLength(2);
    const { rows } = await own.db.pool.query(
      `select details from campaign_events where campaign_id = $1 and kind = 'recipients_resolved' order by id`,
      [id],
    );
    expect(rows.map(({ details }) => details.resolved)).toEqual([1, 5, 1]);
    await expect(resolveUnknown(own.db, ana, 999_999_999, { outcome: 'sent' })).rejects.toMatchObject({ status: 404 });
  });
});

test('a dispatch that was under way while its campaign was cancelled opens nothing', async () => {
  const id = await draftCampaign(own.db, { addresses: numbered(3, 'late.test') });
  await setRate(own.db.pool, 'email', 0);
  await sending.send(id);
  await cancelCampaign(own.db, ana, id);
  await vi.waitFor(async () => expect(await campaign(id)).toMatchObject({ status: 'CANCELLED', cancelled: 3 }), { timeout: 10_000 });
  await setRate(own.db.pool, 'email', null);
  await writeByHand(own.db.pool);
  // As that dispatch does, whose rows the move of the cancelled passed over, since they were locked.
  const late = `update recipients set status = 'queued', dispatch_seq = dispatch_seq + 1, changed_at = now() where campaign_id = $1 and status = 'cancelled'`;
  await own.db.pool.query(late, [id]);
  expect(await campaign(id)).toMatchObject({ status: 'CANCELLED', queued: 3, reopened_from: null });
  await own.db.pool.query(`update recipients set status = 'cancelled', changed_at = now() where campaign_id = $1 and status = 'queued'`, [
    id,
  ]);
});

describe('who left or complained', () => {
  test('is counted by campaign, once, and found by it', async () => {
    const [a, b, c] = (await sentCampaign(own.db, numbered(3, 'left.test'))) as [Addressee, Addressee, Addressee];
    await recordEvents(own.db, [told(a, 'unsubscribe'), told(a, 'group_unsubscribe'), told(b, 'spamreport'), told(a, 'group_resubscribe')]);
    await unsubscribe(own.db, c);
    await unsubscribe(own.db, c);
    expect(await campaign(a.campaignId)).toMatchObject({ unsubscribed: 2, complained: 1 });
    const ids = async (delivery: string) => (await listRecipients(own.db, a.campaignId, { delivery })).data.map(({ id }) => id);
    expect(await ids('unsubscribed')).toEqual([a.recipientId, c.recipientId]);
    expect(await ids('complained')).toEqual([b.recipientId]);
    await expect(ids('arrived')).rejects.toMatchObject({ status: 422 });
  });

  test('by the link of a message to a former address means that address', async () => {
    const [id, a] = (await ended(['old+invalid@link.test'])) as [number, Addressee];
    await retryRecipient(own.db, ana, id, a.recipientId, { ...MONTH, address: 'new@link.test' });
    await sending.untilEnded(id);
    await unsubscribe(own.db, { campaignId: id, recipientId: a.recipientId });
    expect((await listSuppressions(own.db, { q: 'new@link.test' })).data).toEqual([]);
    expect((await listSuppressions(own.db, { q: 'old+invalid@link.test' })).data).toMatchObject([{ reason: 'unsubscribe' }]);
    const last = async () => (await recipientStory(own.db, id, a.recipientId)).events.at(-1)?.text;
    expect(await last()).toBe('The person at old+invalid@link.test unsubscribed.');
    await recordEvents(own.db, [told(a, 'spamreport', { timestamp: Math.ceil(Date.now() / 1_000) + 1 })]);
    expect(await last()).toBe('The person at old+invalid@link.test reported the message as spam.');
    await unsubscribe(own.db, { campaignId: id, recipientId: a.recipientId, round: 1 });
    expect((await listSuppressions(own.db, { q: 'new@link.test' })).data).toHaveLength(1);
    expect((await recipientStory(own.db, id, a.recipientId)).events.map(({ text: said }) => said)).toContain('The person unsubscribed.');
  });
});
