import { afterAll, beforeAll, expect, test } from 'vitest';
import { ProgressHero } from '#app/components/campaign/progress-hero.tsx';
import type { CampaignJson } from '#app/domain/campaigns/campaign.ts';
import { recordEvents, recordMessage } from '#app/domain/delivery/record-events.server.ts';
import { listRecipients } from '#app/domain/recipients/list-recipients.server.ts';
import { unsubscribe } from '#app/domain/unsubscribe/unsubscribe.server.ts';
import type { ProviderEvent } from '#app/providers/provider-event.ts';
import { sendGridEvent } from '#app/providers/sendgrid-events.ts';
import { startApi, type TestApi } from '#tests/support/api.ts';
import { draftCampaign } from '#tests/support/campaigns.ts';
import { type Addressee, addressees, sendGridJson } from '#tests/support/events.ts';
import { rendered } from '#tests/support/rendered.tsx';
import { type Sending, startSending } from '#tests/support/sending.ts';

let api: TestApi;
let sending: Sending;
beforeAll(async () => {
  api = await startApi();
  sending = await startSending(api);
});
afterAll(async () => {
  await sending.stop();
  await api.drop();
});

async function sent(channel: 'email' | 'sms', addresses: string[]): Promise<Addressee[]> {
  const id = await draftCampaign(api.db, { addresses, channel });
  await sending.send(id);
  await sending.untilEnded(id);
  return addressees(api.db, id);
}
const tell = (to: Addressee, event: string) =>
  sendGridEvent(sendGridJson(to, event, { timestamp: Math.floor(Date.now() / 1_000) })) as ProviderEvent;
let messages = 0;
const text = (from: string, wish: 'stop' | 'start') =>
  recordMessage(api.db, { sid: `SM${++messages}`, from, to: '+15005550006', wish, body: wish } as Parameters<typeof recordMessage>[1]);

/** Everywhere that a campaign's numbers are told. */
async function told(id: number) {
  const answer = await api.call('GET', `/campaigns/${id}`);
  const campaign = (await answer.json()) as CampaignJson;
  const listed = async (delivery: string) => (await listRecipients(api.db, id, { delivery })).data.map(({ address }) => address);
  const { rows } = await api.db.pool.query<{ unsubscribed: number; complained: number; when: number }>(
    `select c.unsubscribed, c.complained, (select count(*) from reporting.recipients r where r.campaign_id = c.id and r.unsubscribed_at is not null) as left,
       (select count(*) from reporting.recipients r where r.campaign_id = c.id and r.complained_at is not null) as reported
     from reporting.campaigns c where c.id = $1`,
    [id],
  );
  return {
    page: /delivered.*$/.exec((await rendered(<ProgressHero campaign={campaign} />)).words)?.[0],
    api: { unsubscribed: campaign.unsubscribed, complained: campaign.complained },
    reporting: rows[0],
    people: { unsubscribed: await listed('unsubscribed'), complained: await listed('complained') },
  };
}

test('who left and who complained are the same on the page, in its list, in the API and in reporting, whatever way they were told of', async () => {
  const names = ['ada', 'bo', 'cy', 'di', 'ed', 'flo'];
  const first = await sent(
    'email',
    names.map((name) => `${name}@left.test`),
  );
  const second = await sent('email', ['ada@left.test', 'gil@left.test']);
  const [ada, bo, cy, di, ed] = first as [Addressee, Addressee, Addressee, Addressee, Addressee];
  const [adaAgain] = second as [Addressee];
  const phones = await sent('sms', ['+12015550121', '+12015550122', '+12015550123']);

  // By the links of two campaigns, one of them twice: she left by both.
  for (const link of [ada, ada, adaAgain]) await unsubscribe(api.db, link);
  // Reported, told twice and late; left by the provider's own link; both; and reported the message before the newest one.
  const events = [
    tell(bo, 'spamreport'),
    tell(cy, 'group_unsubscribe'),
    tell(di, 'unsubscribe'),
    tell(di, 'spamreport'),
    tell(bo, 'delivered'),
  ];
  await recordEvents(api.db, events);
  await recordEvents(api.db, events.toReversed());
  await api.db.pool.query(`update recipients set attempt_id = nextval('attempt_ids') where id = $1`, [ed.recipientId]);
  await recordEvents(api.db, [tell(ed, 'delivered'), tell(ed, 'spamreport')]);
  // Who comes back has left by this campaign all the same.
  await recordEvents(api.db, [tell(cy, 'group_resubscribe')]);
  for (const wish of ['stop', 'stop', 'start'] as const) await text('+12015550122', wish);
  await text('+12015550129', 'stop');

  const [one, two, three] = [first, second, phones].map(([person]) => (person as Addressee).campaignId) as [number, number, number];
  expect(await told(one)).toEqual({
    page: 'delivered, 3 complained, 3 unsubscribed',
    api: { unsubscribed: 3, complained: 3 },
    reporting: { unsubscribed: 3, complained: 3, left: 3, reported: 3 },
    people: {
      unsubscribed: ['ada@left.test', 'cy@left.test', 'di@left.test'],
      complained: ['bo@left.test', 'di@left.test', 'ed@left.test'],
    },
  });
  expect(await told(two)).toEqual({
    page: 'delivered, 1 unsubscribed',
    api: { unsubscribed: 1, complained: 0 },
    reporting: { unsubscribed: 1, complained: 0, left: 1, reported: 0 },
    people: { unsubscribed: ['ada@left.test'], complained: [] },
  });
  expect(await told(three)).toMatchObject({
    api: { unsubscribed: 1, complained: 0 },
    reporting: { unsubscribed: 1, complained: 0, left: 1, reported: 0 },
    people: { unsubscribed: ['+12015550122'], complained: [] },
  });
  const { rows: days } = await api.db.pool.query(
    `select channel, sum(unsubscribed)::int as unsubscribed, sum(complained)::int as complained from reporting.daily_sends group by 1 order by 1`,
  );
  expect(days).toEqual([
    { channel: 'email', unsubscribed: 4, complained: 3 },
    { channel: 'sms', unsubscribed: 1, complained: 0 },
  ]);
});
