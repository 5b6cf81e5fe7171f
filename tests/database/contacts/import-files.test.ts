import { createReadStream, readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { importContacts } from '#app/domain/contacts/import-contacts.server.ts';
import { reportCsv } from '#app/domain/contacts/report-csv.server.ts';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';
import { emptyDraft, importText, recipientsOf, rejectsOf } from '#tests/support/import.ts';

let testDatabase: TestDatabase;
beforeAll(async () => {
  testDatabase = await createTestDatabase();
});
afterAll(() => testDatabase.drop());

const fixture = (name: string) => fileURLToPath(new URL(`../../fixtures/${name}`, import.meta.url));
const viewer = { label: 'Test' };

/** The fixtures' answers are known by construction. */
describe('a file that a CRM exported', () => {
  test('email: semicolons, CRLF, byte order mark, line breaks in fields', async () => {
    const { db } = testDatabase;
    const campaignId = await emptyDraft(db);
    const source = createReadStream(fixture('contacts-crm.csv'), { highWaterMark: 1000 });

    const report = await importContacts(db, { campaignId, viewer, source, contentType: 'text/csv', fileName: 'contacts-crm.csv' });

    expect(report).toMatchObject({ rows: 5000, accepted: 4576, duplicates: 221, rejected: 58 + 145 });
    expect(report.errors).toHaveLength(100);
    const reasons = Map.groupBy(await rejectsOf(db, campaignId), (reject) => reject.reason);
    expect([...reasons].map(([reason, rows]) => [reason, rows.length]).sort()).toEqual([
      ['duplicate', 221],
      ['no address', 58],
      ['not a valid address', 145],
    ]);
    const campaign = await db.pool.query('select total, pending, variables from campaigns where id = $1', [campaignId]);
    expect(campaign.rows[0]).toEqual({
      total: 4576,
      pending: 4576,
      variables: ['first_name', 'last_name', 'company', 'city', 'phone', 'plan', 'signed_up'],
    });
    expect((await recipientsOf(db, campaignId))[0]).toEqual({
      address: 'chauncey.streich@firma.example',
      variables: {
        first_name: 'Atıgay',
        last_name: 'Akpınar',
        company: 'Arıcan, Doğan and Asil',
        city: 'Aksaray',
        phone: '+13136426123',
        plan: 'pro',
        signed_up: '2025-05-04',
      },
    });
  });

  test('every reported line is where the row starts in the file', async () => {
    const { db } = testDatabase;
    const campaignId = await emptyDraft(db);
    const content = readFileSync(fixture('contacts-crm.csv'), 'utf8');
    await importText(db, campaignId, content);

    const lines = content.split(/\r\n|\n/);
    const rejects = await rejectsOf(db, campaignId);
    for (const { line, address, reason } of rejects) {
      const cell = lines[line - 1]?.split(';')[0]?.replace(/^"|"$/g, '').trim();
      expect(reason === 'duplicate' ? cell?.toLowerCase() : cell).toBe(address);
    }
    expect(rejects.length).toBe(424);
  });

  test('SMS: national and international spellings of numbers', async () => {
    const { db } = testDatabase;
    const campaignId = await emptyDraft(db, 'sms');
    const source = createReadStream(fixture('contacts-phones.csv'));

    const report = await importContacts(db, { campaignId, viewer, source, contentType: 'text/csv' });

    expect(report).toMatchObject({ rows: 1500, accepted: 1368, duplicates: 62, rejected: 17 + 53 });
    const reasons = Map.groupBy(report.errors, (error) => error.reason);
    expect(reasons.get('no address')?.length).toBe(17);
    expect(reasons.get('not a valid phone number')?.length).toBe(53);
    for (const { address } of await recipientsOf(db, campaignId)) {
      expect(address).toMatch(/^\+[1-9]\d{6,14}$/);
    }
  });

  test('the report lists every row that was left out, and runs no formula in a spreadsheet', async () => {
    const { db } = testDatabase;
    const campaignId = await emptyDraft(db);
    const report = await importText(db, campaignId, 'email\na@example.com\n=1+1\nA@example.com\n""\n');
    const importId = Number(/imports\/(\d+)\//.exec(report.report_url)?.[1]);

    const csv = (await buffer(await reportCsv(db, campaignId, importId))).toString();

    expect(csv).toBe("\ufeffline,address,reason\r\n3,'=1+1,not a valid address\r\n4,a@example.com,duplicate\r\n5,,no address\r\n");
    await expect(reportCsv(db, campaignId + 1, importId)).rejects.toMatchObject({ status: 404 });
    await vi.waitFor(() => expect(db.pool.idleCount).toBe(db.pool.totalCount));
  });
});
