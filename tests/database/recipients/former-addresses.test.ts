import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { emptyVariables } from '#app/domain/content/empty-variables.server.ts';
import { findPeople, suggestPeople } from '#app/domain/people/find-people.server.ts';
import { listRecipients } from '#app/domain/recipients/list-recipients.server.ts';
import { didNotArrive } from '#app/domain/recipients/message-rows.server.ts';
import { didNotArrive as shownAsLost } from '#app/domain/recipients/recipient-retry.ts';
import { suppressRecipient } from '#app/domain/recipients/suppress-recipient.server.ts';
import { listSuppressions } from '#app/domain/suppressions/list-suppressions.server.ts';
import { writeByHand } from '#tests/support/by-hand.ts';
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

describe('people are found by what support hears on the telephone', () => {
  let id: number;
  beforeAll(async () => {
    const { pool } = own.db;
    id = await draftCampaign(own.db, {
      addresses: ['m.ferreira@phone.test', 'tom@phone.test', 'ann@phone.test', 'ann@phone.test.example'],
    });
    const sms = await draftCampaign(own.db, { channel: 'sms', addresses: ['+442079460958', '+442079460123', '+351912345958'] });
    const give = (address: string, variables: object) =>
      pool.query('update recipients set variables = $2 where address = $1', [address, JSON.stringify(variables)]);
    await give('m.ferreira@phone.test', { first_name: 'Maria José', last_name: 'Quintela d’Ávila', city: 'Porto', points: '100%' });
    await give('tom@phone.test', { first_name: 'Tom', last_name: 'O"Neil \\ Sons', mail: 'first_name' });
    await give('+442079460958', { name: 'Quintela, Ana' });
    await pool.query(
      `insert into attempts (id, campaign_id, recipient_id, round, number, started_at, finished_at, outcome, provider_message_id)
       select nextval('attempt_ids'), campaign_id, id, 0, 1, now(), now(), 'accepted', case address when 'tom@phone.test' then 'bA7d3fGh1jKlmn0pqrStuv' else 'SM0123456789abcdef0123456789abcdef' end
       from recipients where (campaign_id = $1 and address = 'tom@phone.test') or (campaign_id = $2 and address = '+442079460123')`,
      [id, sms],
    );
    await pool.query(
      `insert into former_addresses (recipient_id, round, campaign_id, address) select id, 0, campaign_id, 'ann@phone.test.old' from recipients where address = 'tom@phone.test'`,
    );
  });
  const found = async (q: string, more = {}) => (await findPeople(own.db, { q, ...more })).data.map(({ recipient }) => recipient.address);

  test.each([
    ['quintela', ['+442079460958', 'm.ferreira@phone.test']],
    ['ana QUINTELA', ['+442079460958']],
    ['maria josé', ['m.ferreira@phone.test']],
    ['d’Ávila', ['m.ferreira@phone.test']],
    ['uintela', []],
    ['first_name', ['tom@phone.test']],
    ['100%', ['m.ferreira@phone.test']],
    ['O"Neil', ['tom@phone.test']],
    ['\\ Sons', ['tom@phone.test']],
    ['0958', ['+442079460958']],
    ['…5958', ['+351912345958']],
    ['0 9 5 8', ['+442079460958']],
    ['bA7d3fGh1jKlmn0pqrStuv', ['tom@phone.test']],
    ['bA7d3fGh1jKlmn0pqrStuv.recvd-84c9-1-66.0', ['tom@phone.test']],
    ['<SM0123456789abcdef0123456789abcdef>', ['+442079460123']],
    ['SM0123456789abcdef0123456789abcdee', []],
    ['(.*', []],
    ['%', []],
  ])('%s', async (q, addresses) => {
    expect(await found(q)).toEqual(addresses);
  });

  test('what was asked for itself comes first, then former addresses, then what begins so', async () => {
    expect(await found('ann@phone.test')).toEqual(['ann@phone.test', 'tom@phone.test', 'ann@phone.test.example']);
    expect(await suggestPeople(own.db, 'ann@phone.test', 1)).toEqual(['ann@phone.test']);
  });

  test('it is told how far was looked, and what was found where', async () => {
    const page = await findPeople(own.db, { q: 'quintela', limit: 1 });
    expect(page.data).toHaveLength(1);
    expect(page.looked_through?.all).toBe(false);
    const rest = await findPeople(own.db, { q: 'quintela', limit: 5, cursor: page.next_cursor ?? '' });
    expect([...page.data, ...rest.data].map(({ recipient }) => recipient.address).toSorted()).toEqual([
      '+442079460958',
      'm.ferreira@phone.test',
    ]);
    expect(rest).toMatchObject({ next_cursor: null, looked_through: { all: true } });
    expect((await findPeople(own.db, { q: 'porto' })).data[0]?.matched).toEqual([{ name: 'city', value: 'Porto' }]);
    expect(await found('ann', { by: 'details' })).toEqual([]);
    await expect(findPeople(own.db, { q: 'x', cursor: Buffer.from('"walk 1 1"').toString('base64url') })).rejects.toMatchObject({
      status: 422,
    });
  });

  test('only what did not arrive', async () => {
    await writeByHand(own.db.pool);
    await own.db.pool.query(`update campaigns set status = 'SENDING', doing = 'sending', started_at = now() where id = $1`, [id]);
    await own.db.pool.query(
      `update recipients set status = 'failed', failed_at = now(), failure_code = 'provider_error' where address = 'ann@phone.test' and campaign_id = $1`,
      [id],
    );
    await own.db.pool.query(
      `update recipients set status = 'sent', sent_at = now(), delivery = 'bounced' where address = 'm.ferreira@phone.test' and campaign_id = $1`,
      [id],
    );
    const lost = { only: 'not_arrived' } as const;
    expect(await found('ann@', lost)).toEqual(['ann@phone.test']);
    // Among those who are found they are looked for, not among a page of them: the newest is not one.
    expect(await found('quintela', { ...lost, limit: 1 })).toEqual(['m.ferreira@phone.test']);
    expect(await found('ann@phone.test.old', lost)).toEqual([]);
    expect(await found('bA7d3fGh1jKlmn0pqrStuv', lost)).toEqual([]);
    await own.db.pool.query(
      `update recipients set status = 'sent', sent_at = now(), delivery = 'undelivered' where address = 'tom@phone.test'`,
    );
    expect(await found('ann@phone.test.old', lost)).toEqual(['tom@phone.test']);
    expect(await found('bA7d3fGh1jKlmn0pqrStuv', { ...lost, limit: 1 })).toEqual(['tom@phone.test']);
  });

  test('what did not arrive is the same in the database and on pages', async () => {
    const { rows } = await own.db.pool.query(
      `select status, delivery, ${didNotArrive('r')} as lost
       from (select status, delivery from unnest(enum_range(null::recipient_status)) as s(status),
         unnest(array['delivered', 'deferred', 'bounced', 'undelivered', 'complained', null]) as d(delivery)) as r`,
    );
    expect(rows.filter(({ lost }) => lost)).toHaveLength(8);
    for (const { lost, ...row } of rows) expect([row, lost]).toEqual([row, shownAsLost(row)]);
  });
});
