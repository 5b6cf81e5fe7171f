import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { keepReport, outdatedReports } from '#app/domain/reporting/keep-reports.server.ts';
import { report } from '#app/domain/reporting/report.server.ts';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';
import { type KnownRecipient, knownCampaign } from '#tests/support/known-ledger.ts';

/** What reports keep of ended campaigns never differs from the ledger. */
let own: TestDatabase;
let id: number;
beforeAll(async () => {
  own = await createTestDatabase();
});
afterAll(() => own.drop());

const sent = (address: string): KnownRecipient => ({
  address,
  status: 'sent',
  attempts: [
    { outcome: 'transient', number: 1 },
    { outcome: 'accepted', number: 2, atH: 2 },
  ],
});
const failed = (address: string): KnownRecipient => ({
  address,
  status: 'failed',
  code: 'unreachable',
  attempts: [{ outcome: 'permanent', number: 1, atH: 26 }],
});

beforeEach(async () => {
  await own.db.pool.query(`update campaigns set name = 'Earlier'`);
  id = await knownCampaign(own.db, {
    name: 'Texts',
    channel: 'sms',
    startedAt: `now() - interval '3 days'`,
    recipients: [sent('+12015550101'), sent('+12015550102'), failed('+12015550103')],
  });
});

const reports = async () => [
  ...(await Promise.all(['UTC', 'Asia/Kathmandu'].map((zone) => report(own.db, { period: '7d', channel: null }, zone)))),
  // Its first day lies within the campaign.
  (await report(own.db, { period: '30d', channel: 'sms' }, 'America/New_York')).reasons,
];

/** The same without anything kept. */
async function counted() {
  const { rows } = await own.db.pool.query('select campaign_id, ledger_version from campaign_quarters');
  await own.db.pool.query('update campaign_quarters set ledger_version = -1');
  const all = await reports();
  for (const { campaign_id, ledger_version } of rows)
    await own.db.pool.query('update campaign_quarters set ledger_version = $2 where campaign_id = $1', [campaign_id, ledger_version]);
  return all;
}

test('an ended campaign is kept once, says the same as its ledger, and is not counted again', async () => {
  const before = await reports();
  expect(await outdatedReports(own.db.pool)).toContain(id);
  await keepReport(own.db.pool, id);
  expect(await outdatedReports(own.db.pool)).not.toContain(id);
  expect(await reports()).toEqual(before);
  await own.db.pool.query('update campaign_quarters set sent = sent + 10 where campaign_id = $1 and sent > 0', [id]);
  expect(await reports()).not.toEqual(before);
  await own.db.pool.query('update campaign_quarters set sent = sent - 10 where campaign_id = $1 and sent > 0', [id]);
});

test.each([
  ['a carrier gives one back', `where address = '+12015550101'`],
  ['one fails while another turns out to be sent', `where address in ('+12015550101', '+12015550103')`],
])('a late change is in the reports at once: %s', async (_name, whose) => {
  await keepReport(own.db.pool, id);
  await own.db.pool.query(
    `update recipients set status = case status when 'sent' then 'failed' else 'sent' end::recipient_status,
       sent_at = case status when 'failed' then now() end, failed_at = case status when 'sent' then now() end,
       failure_code = case status when 'sent' then 'unreachable' end ${whose} and campaign_id = $1`,
    [id],
  );
  expect(await reports()).toEqual(await counted());
  await keepReport(own.db.pool, id);
  expect(await reports()).toEqual(await counted());
});

test('what a provider tells of delivery leaves it as it is', async () => {
  await keepReport(own.db.pool, id);
  await own.db.pool.query(`update recipients set delivery = 'delivered', delivered_at = now() where campaign_id = $1 and status = 'sent'`, [
    id,
  ]);
  const { rows } = await own.db.pool.query(
    'select from campaigns c join campaign_quarters q on q.campaign_id = c.id and q.ledger_version = c.ledger_version where c.id = $1',
    [id],
  );
  expect(rows.length).toBeGreaterThan(0);
});

test('two that keep the same report at once leave it whole', async () => {
  await Promise.all(Array.from({ length: 6 }, () => keepReport(own.db.pool, id)));
  expect(await outdatedReports(own.db.pool)).not.toContain(id);
  expect(await reports()).toEqual(await counted());
});
