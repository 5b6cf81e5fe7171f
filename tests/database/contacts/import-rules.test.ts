import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';
import { emptyDraft, importText, recipientsOf, rejectsOf } from '#tests/support/import.ts';

let testDatabase: TestDatabase;
beforeAll(async () => {
  testDatabase = await createTestDatabase();
});
afterAll(() => testDatabase.drop());

const variablesOf = async (campaignId: number) =>
  (await testDatabase.db.pool.query('select variables from campaigns where id = $1', [campaignId])).rows[0].variables;

describe('what becomes a recipient', () => {
  test('ids follow the file, and the first of equal addresses stays', async () => {
    const { db } = testDatabase;
    const campaignId = await emptyDraft(db);
    const lines = Array.from({ length: 3000 }, (_, i) => `Person ${i};P${(i * 7919) % 2000}@Example.COM`);

    const report = await importText(db, campaignId, `name;email\n${lines.join('\n')}`);

    expect(report).toMatchObject({ rows: 3000, accepted: 2000, duplicates: 1000, rejected: 0, errors: [] });
    const expected = Array.from({ length: 2000 }, (_, i) => ({
      address: `p${(i * 7919) % 2000}@example.com`,
      variables: { name: `Person ${i}` },
    }));
    expect(await recipientsOf(db, campaignId)).toEqual(expected);
  });

  test('a second file adds to the first: its known addresses are duplicates, its new columns come after', async () => {
    const { db } = testDatabase;
    const campaignId = await emptyDraft(db);
    await importText(db, campaignId, 'email,name,city\na@example.com,Ana,Berlin\n');
    const report = await importText(db, campaignId, 'email,plan,name\nA@EXAMPLE.COM,pro,Other\nb@example.com,free,Bo\n');

    expect(report).toMatchObject({ rows: 2, accepted: 1, duplicates: 1, rejected: 0 });
    expect(await variablesOf(campaignId)).toEqual(['name', 'city', 'plan']);
    expect(await recipientsOf(db, campaignId)).toEqual([
      { address: 'a@example.com', variables: { name: 'Ana', city: 'Berlin' } },
      { address: 'b@example.com', variables: { plan: 'free', name: 'Bo' } },
    ]);
    expect(await rejectsOf(db, campaignId)).toEqual([{ line: 2, address: 'a@example.com', reason: 'duplicate' }]);
  });

  test('rows that are too short or too long lose nothing', async () => {
    const { db } = testDatabase;
    const campaignId = await emptyDraft(db);
    await importText(db, campaignId, 'name,email,city\nAna,a@example.com\n\nBo,b@example.com,Berlin,extra,more\n');

    expect(await recipientsOf(db, campaignId)).toEqual([
      { address: 'a@example.com', variables: { name: 'Ana', city: '' } },
      { address: 'b@example.com', variables: { name: 'Bo', city: 'Berlin', column_4: 'extra', column_5: 'more' } },
    ]);
    expect(await variablesOf(campaignId)).toEqual(['name', 'city', 'column_4', 'column_5']);
  });

  test('a file without a header loses no first row', async () => {
    const { db } = testDatabase;
    const campaignId = await emptyDraft(db);
    await importText(db, campaignId, 'Ana;a@example.com\nBo;b@example.com');
    expect(await recipientsOf(db, campaignId)).toEqual([
      { address: 'a@example.com', variables: { column_1: 'Ana' } },
      { address: 'b@example.com', variables: { column_1: 'Bo' } },
    ]);
  });

  test('backslashes, tabs, quotes, formulas and invisible characters in fields arrive as they are', async () => {
    const { db } = testDatabase;
    const campaignId = await emptyDraft(db);
    const note = '=cmd|\' /C calc\'!A0 \\N \\. \t "x" \r\n\u0001\u202e\u{1f600} \\';
    await importText(db, campaignId, `email,note\na@example.com,"${note.replaceAll('"', '""')}"\n`);
    expect(await recipientsOf(db, campaignId)).toEqual([{ address: 'a@example.com', variables: { note } }]);
  });

  test.each([
    ['the header', 'E-Mail privat'],
    ['the variable name', 'e_mail_privat'],
    ['another spelling', 'e-mail PRIVAT'],
  ])('the address column can be chosen by %s', async (_, addressColumn) => {
    const { db } = testDatabase;
    const campaignId = await emptyDraft(db);
    await importText(db, campaignId, 'E-Mail,E-Mail privat\na@example.com,b@example.com\n', { addressColumn });
    expect(await recipientsOf(db, campaignId)).toEqual([{ address: 'b@example.com', variables: { e_mail: 'a@example.com' } }]);
  });

  test('numbers without country code are read as ones of the default country', async () => {
    const { db } = testDatabase;
    const campaignId = await emptyDraft(db, 'sms');
    const report = await importText(db, campaignId, 'Handy\n0151 23456789\n+49 151 23456789\n+1 201-555-0123\n', { defaultCountry: 'de' });
    expect(report).toMatchObject({ rows: 3, accepted: 2, duplicates: 1 });
    expect((await recipientsOf(db, campaignId)).map((recipient) => recipient.address)).toEqual(['+4915123456789', '+12015550123']);
  });

  test('a JSON list follows the same rules, by position', async () => {
    const { db } = testDatabase;
    const campaignId = await emptyDraft(db);
    const report = await importText(db, campaignId, [
      { address: 'Ana <a@example.com>', firstName: 'Ana', 'Signed up': null, age: 40, tags: ['x'] },
      { address: 'nobody' },
      { firstName: 'No address' },
      { address: 'A@example.com', firstName: 'Twice' },
    ]);
    expect(report).toMatchObject({ rows: 4, accepted: 1, duplicates: 1, rejected: 2 });
    expect(report.errors).toEqual([
      { line: 2, address: 'nobody', reason: 'not a valid address' },
      { line: 3, address: '', reason: 'no address' },
    ]);
    expect(await recipientsOf(db, campaignId)).toEqual([
      { address: 'a@example.com', variables: { firstName: 'Ana', signed_up: '', age: 40, tags: '["x"]' } },
    ]);
  });
});
