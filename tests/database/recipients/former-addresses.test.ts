import { afterAll, beforeAll, expect, test } from 'vitest';
import { emptyVariables } from '#app/domain/content/empty-variables.server.ts';
import { findPeople } from '#app/domain/people/find-people.server.ts';
import { listRecipients } from '#app/domain/recipients/list-recipients.server.ts';
import { suppressRecipient } from '#app/domain/recipients/suppress-recipient.server.ts';
import { listSuppressions } from '#app/domain/suppressions/list-suppressions.server.ts';
import { draftCampaign } from '#tests/support/campaigns.ts';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';
import { ana } from '#tests/support/sending.ts';

let own: TestDatabase;
beforeAll(async () => {
  own = await createTestDatabase();
});
afterAll(() => own.drop());

async function corrected(addresses: string[], former: string[][]): Promise<[number, number[]]> {
  const id = await draftCampaign(own.db, { addresses });
  const { rows } = await own.db.pool.query<{ id: number }>('select id from recipients where campaign_id = $1 order by id', [id]);
  const ids = rows.map((row) => row.id);
  for (const [i, all] of former.entries()) {
    for (const [round, address] of all.entries()) {
      await own.db.pool.query('insert into former_addresses (recipient_id, round, campaign_id, address) values ($1, $2, $3, $4)', [
        ids[i],
        round,
        id,
        address,
      ]);
    }
  }
  return [id, ids];
}
const seen = (rows: { address: string; former_address?: string | undefined }[]) =>
  rows.map(({ address, former_address }) => [former_address, address]);

test('a person is found by each address that they had before, and it is said', async () => {
  const [id] = await corrected(
    ['right@now.test', 'wrong@else.test', 'same@now.test'],
    [['wrong@one.test', 'wrong@two.test'], [], ['same@no.test']],
  );
  const search = async (q: string, limit?: number) => seen((await listRecipients(own.db, id, { q, limit })).data);
  const people = async (q: string) => seen((await findPeople(own.db, { q })).data.map(({ recipient }) => recipient));
  for (const find of [search, people]) {
    expect(await find('wrong@one.test')).toEqual([['wrong@one.test', 'right@now.test']]);
    expect(await find('WRONG@two')).toEqual([['wrong@two.test', 'right@now.test']]);
    expect(await find('wrong@')).toEqual([
      ['wrong@two.test', 'right@now.test'],
      [undefined, 'wrong@else.test'],
    ]);
    expect(await find('right@')).toEqual([[undefined, 'right@now.test']]);
    expect(await find('same@n')).toEqual([[undefined, 'same@now.test']]);
  }
  expect(await search('wrong@', 1)).toEqual([[undefined, 'wrong@else.test']]);
  expect(seen((await listRecipients(own.db, id, { q: 'wrong@one', status: 'sent' })).data)).toEqual([]);
});

test('a page never has more than was asked for, and the next one follows', async () => {
  const addresses = Array.from({ length: 40 }, (_, i) => `z${String(i).padStart(2, '0')}@page.test`);
  const [id] = await corrected(
    [...Array.from({ length: 30 }, (_, i) => `n${i}@page.test`), ...addresses],
    Array.from({ length: 30 }, (_, i) => [`z-old${i}@page.test`]),
  );
  const all: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await findPeople(own.db, { q: 'z', cursor, limit: 10 });
    expect(page.data.length).toBeLessThanOrEqual(10);
    all.push(...page.data.filter(({ recipient }) => recipient.former_address === undefined).map(({ recipient }) => recipient.address));
    cursor = page.next_cursor ?? undefined;
  } while (cursor);
  expect(all).toEqual(addresses);
  expect((await listRecipients(own.db, id, { q: 'z', limit: 10 })).data).toHaveLength(10);
});

test('a recipient is put on the suppression list by their address of now', async () => {
  const [id, [one]] = await corrected(['never@now.test'], [['never@then.test']]);
  await suppressRecipient(own.db, ana, id, one as number);
  expect((await listSuppressions(own.db, { q: 'never@' })).data).toMatchObject([
    { address: 'never@now.test', reason: 'manual', created_by: 'Ana' },
  ]);
  await expect(suppressRecipient(own.db, ana, id, 1)).rejects.toMatchObject({ status: 404 });
});

test('a variable that is asked for many times is counted once, and no more than fifty are', async () => {
  const [id] = await corrected(['a@empty.test', 'b@empty.test'], []);
  expect(await emptyVariables(own.db, id, Array(5_000).fill('city'))).toEqual([{ name: 'city', count: 2 }]);
  expect(
    await emptyVariables(
      own.db,
      id,
      Array.from({ length: 60 }, (_, i) => `v${i}`),
    ),
  ).toHaveLength(50);
});
