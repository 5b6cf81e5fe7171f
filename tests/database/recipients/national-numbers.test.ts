import { afterAll, beforeAll, expect, test } from 'vitest';
import { findPeople, suggestPeople } from '#app/domain/people/find-people.server.ts';
import { listRecipients } from '#app/domain/recipients/list-recipients.server.ts';
import { addSuppression, removeSuppression } from '#app/domain/suppressions/change-suppressions.server.ts';
import { listSuppressions } from '#app/domain/suppressions/list-suppressions.server.ts';
import { draftCampaign } from '#tests/support/campaigns.ts';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';

let own: TestDatabase;
let campaignId: number;
const addresses = ['+12015550123', '+4915123456789', '+442079460958', '+436641234567', '+390612345678', '+77012345678', '+38344123456'];
beforeAll(async () => {
  own = await createTestDatabase();
  campaignId = await draftCampaign(own.db, { channel: 'sms', addresses });
  // Newer campaigns with one country each do not hide those of the others.
  for (let i = 0; i < 25; i++) await draftCampaign(own.db, { channel: 'sms', addresses: [`+120155501${50 + i}`] });
  for (const address of addresses) await addSuppression(own.db, { label: 'Ana' }, { channel: 'sms', address, reason: 'manual' });
});
afterAll(() => own.drop());

test.each([
  ['0151 23456789', '+4915123456789'],
  ['(0)151 / 234 567 89', '+4915123456789'],
  ['020 7946 0958', '+442079460958'],
  ['+44 (0)20 7946 0958', '+442079460958'],
  ['(+44) 020 7946-0958', '+442079460958'],
  ['0664 1234567', '+436641234567'],
  ['06 1234 5678', '+390612345678'],
  ['8 701 234 56 78', '+77012345678'],
  ['044 123 456', '+38344123456'],
  ['\uff10\uff16\uff16\uff14 1234567', '+436641234567'],
  ['201-555-0123', '+12015550123'],
])('%s finds %s in a list of many countries, among all people and on the suppression list', async (q, address) => {
  const people = await findPeople(own.db, { q });
  expect(people.data.map(({ recipient }) => recipient.address)).toEqual([address]);
  expect(await suggestPeople(own.db, q, 6)).toEqual([address]);
  expect((await listRecipients(own.db, campaignId, { q })).data.map((row) => row.address)).toEqual([address]);
  expect((await listSuppressions(own.db, { q })).data.map((row) => row.address)).toEqual([address]);
});

test('a number that no import takes, since its country code may stand twice, can be put on the suppression list and taken off', async () => {
  const { address } = await addSuppression(own.db, { label: 'Ana' }, { channel: 'sms', address: '+49491701234567', reason: 'manual' });
  expect(address).toBe('+49491701234567');
  await removeSuppression(own.db, { channel: 'sms', address });
  await expect(
    addSuppression(own.db, { label: 'Ana' }, { channel: 'sms', address: '+49 49 170 1234567', reason: 'manual' }),
  ).rejects.toMatchObject({ errors: [{ message: expect.stringContaining('twice') }] });
});
