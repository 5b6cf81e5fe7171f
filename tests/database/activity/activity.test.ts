import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listActivity } from '#app/domain/activity/list-activity.server.ts';
import { recipientStory } from '#app/domain/activity/recipient-story.server.ts';
import { activityKinds } from '#app/domain/campaigns/activity.ts';
import { cloneCampaign } from '#app/domain/campaigns/clone-campaign.server.ts';
import { createCampaign } from '#app/domain/campaigns/create-campaign.server.ts';
import { cancelCampaign, pauseCampaign, resumeCampaign } from '#app/domain/campaigns/life.server.ts';
import { retryCampaign } from '#app/domain/campaigns/retry-campaign.server.ts';
import { holdProvider, releaseProvider } from '#app/domain/limits/provider-gates.server.ts';
import { retryRecipient } from '#app/domain/recipients/retry-recipient.server.ts';
import { draftCampaign, numbered } from '#tests/support/campaigns.ts';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';
import { importText } from '#tests/support/import.ts';
import { ana, type Sending, startSending } from '#tests/support/sending.ts';

const DAY_S = 86_400;
const sue = { ...ana, id: '2', name: 'Sue', label: 'Sue' };
let own: TestDatabase;
let sending: Sending;
beforeAll(async () => {
  own = await createTestDatabase();
  sending = await startSending(own);
});
afterAll(async () => {
  await sending.stop();
  await own.drop();
});

const texts = async (id: number, filter = {}) => (await listActivity(own.db, id, filter)).data.map(({ text }) => text);
const idOf = async (campaignId: number, address: string) =>
  (await own.db.pool.query<{ id: number }>('select id from recipients where campaign_id = $1 and address = $2', [campaignId, address]))
    .rows[0]?.id as number;

test('the kinds are those that the database allows', async () => {
  const { rows } = await own.db.pool.query<{ allows: string }>(
    `select pg_get_constraintdef(oid) as allows from pg_constraint where conname = 'campaign_events_kind_check'`,
  );
  expect([...(rows[0]?.allows ?? '').matchAll(/'(\w+)'::text/g)].map(([, kind]) => kind)).toEqual([...activityKinds]);
});

test('a campaign tells its life in order, from the first click to the last', async () => {
  const { id } = await createCampaign(own.db, ana, {
    name: 'Spring',
    channel: 'email',
    subject: 'Hi',
    text: 'Hi',
    from: 'news@sender.test',
  });
  await importText(own.db, id, 'email\nada@example.com\ncy+invalid@example.com\nADA@example.com\nnobody\n', {
    viewer: ana,
    fileName: 'list.csv',
  });
  await sending.send(id);
  expect(await sending.untilEnded(id)).toBe('PARTIALLY_SENT');
  await retryCampaign(own.db, sue, id, { codes: ['invalid_address'], windowS: DAY_S });
  expect(await sending.untilEnded(id)).toBe('PARTIALLY_SENT');
  await retryRecipient(own.db, sue, id, await idOf(id, 'cy+invalid@example.com'), { address: 'cy@example.com', windowS: DAY_S });
  expect(await sending.untilEnded(id)).toBe('SENT');

  const told = [
    'Ana made the campaign.',
    'Ana imported 2 contacts from list.csv. Left out: 1 duplicate and 1 without a valid address.',
    'Ana started sending.',
    'It ended as partially sent: 1 of 2 sent.',
    'Sue started retry round 1.',
    'It ended as partially sent: 1 of 2 sent.',
    'Sue corrected the address from cy+invalid@example.com to cy@example.com and sent again.',
    'Sue opened it again for single recipients.',
    'It ended as sent: 2 of 2 sent.',
  ];
  expect(await texts(id)).toEqual(told);
  expect(await texts(id, { order: 'newest' })).toEqual(told.toReversed());

  const pages: string[] = [];
  let cursor: string | null = null;
  do {
    const page = await listActivity(own.db, id, { limit: 4, order: 'newest', ...(cursor && { cursor }) });
    pages.push(...page.data.map(({ text }) => text));
    cursor = page.next_cursor;
  } while (cursor);
  expect(pages).toEqual(told.toReversed());

  const clone = await cloneCampaign(own.db, sue, id);
  expect(await texts(clone.id)).toEqual(['Sue made the campaign as a copy of “Spring”.']);
});

test('nothing is told of what was rolled back', async () => {
  const { id } = await createCampaign(own.db, ana, { name: 'Broken', channel: 'email' });
  await expect(importText(own.db, id, 'email\n"never closed\n')).rejects.toMatchObject({ status: 422 });
  expect(await texts(id)).toEqual(['Ana made the campaign.']);
});

test('pause, resume and cancel name who pressed them', async () => {
  await sending.sandbox.setFaults({ email: { latency_ms: 300 } });
  const id = await draftCampaign(own.db, { addresses: numbered(400, 'paused.test') });
  await sending.send(id);
  await pauseCampaign(own.db, sue, id);
  await resumeCampaign(own.db, ana, id);
  await cancelCampaign(own.db, sue, id);
  await sending.untilEnded(id);
  await sending.sandbox.setFaults({});
  expect(await texts(id)).toEqual(['Ana started sending.', 'Sue paused it.', 'Ana resumed it.', 'Sue cancelled it.']);
});

test('waiting for the provider is told once, however often it is prolonged', async () => {
  const id = await draftCampaign(own.db, { addresses: numbered(3, 'held.test') });
  await own.db.pool.query(`update campaigns set status = 'SENDING', doing = 'sending', started_at = now() where id = $1`, [id]);
  const hold = { seconds: 600, reason: 'SendGrid is limiting us.', longestS: 3_600 };
  await holdProvider(own.db.pool, 'email', { ...hold, renew: false });
  await holdProvider(own.db.pool, 'email', { ...hold, renew: true });
  await releaseProvider(own.db.pool, 'email');
  await sending.untilEnded(id);
  expect(await texts(id)).toEqual([
    'Sending started at the scheduled time.',
    'Sending waits: SendGrid is limiting us.',
    'The wait is over, and sending goes on.',
    'It ended as sent: 3 of 3 sent.',
  ]);
});

test('a provider that does not come back in time is not told as back', async () => {
  const id = await draftCampaign(own.db, { addresses: numbered(3, 'never.test') });
  await own.db.pool.query(`update campaigns set status = 'SENDING', doing = 'sending', started_at = now() where id = $1`, [id]);
  const hold = { seconds: 600, reason: 'SendGrid is limiting us.' };
  await holdProvider(own.db.pool, 'email', { ...hold, longestS: 3_600, renew: false });
  await holdProvider(own.db.pool, 'email', { ...hold, longestS: -1, renew: true });
  await sending.untilEnded(id);
  expect(await texts(id)).toEqual([
    'Sending started at the scheduled time.',
    'Sending waits: SendGrid is limiting us.',
    'It ended as failed: 0 of 3 sent. SendGrid is limiting us. It did not come back in time. Retry when it is well again.',
  ]);
});

describe('one recipient’s story', () => {
  test('has its attempts of all rounds, what people did about it, and what the provider told', async () => {
    const id = await draftCampaign(own.db, { addresses: ['bo+429x1@example.com', 'cy+invalid@example.com'] });
    await sending.send(id);
    await sending.untilEnded(id);
    await retryCampaign(own.db, sue, id, { codes: ['invalid_address'], windowS: DAY_S });
    await sending.untilEnded(id);
    await own.db.pool.query(
      `insert into provider_events (provider, event_id, campaign_id, recipient_id, kind, occurred_at, reason)
       select 'sendgrid', 'story', campaign_id, id, 'delivered', now(), '250 OK' from recipients where campaign_id = $1 and status = 'sent'`,
      [id],
    );

    const saved = await recipientStory(own.db, id, await idOf(id, 'bo+429x1@example.com'));
    expect(saved.attempts.map(({ outcome }) => outcome)).toEqual(['transient', 'accepted']);
    expect(saved.events).toMatchObject([
      { source: 'campaign', kind: 'started', actor: 'Ana' },
      { source: 'provider', kind: 'delivered', text: 'The message was delivered.', reason: '250 OK' },
    ]);
    const failed = await recipientStory(own.db, id, await idOf(id, 'cy+invalid@example.com'));
    expect(failed.attempts.map(({ round, outcome }) => [round, outcome])).toEqual([
      [0, 'permanent'],
      [1, 'permanent'],
    ]);
    expect(failed.events.map(({ text }) => text)).toEqual(['Ana started sending.', 'Sue started retry round 1.']);
    await expect(recipientStory(own.db, id, 1)).rejects.toMatchObject({ status: 404 });
  });
});
