import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';
import { emptyDraft, importText, recipientsOf } from '#tests/support/import.ts';

let testDatabase: TestDatabase;
beforeAll(async () => {
  testDatabase = await createTestDatabase();
});
afterAll(() => testDatabase.drop());

async function expectNothingImported(campaignId: number): Promise<void> {
  const { rows } = await testDatabase.db.pool.query(
    `select total, variables, (select count(*) from recipients where campaign_id = id) as recipients,
       (select count(*) from imports where campaign_id = c.id) as imports
     from campaigns c where id = $1`,
    [campaignId],
  );
  expect(rows[0]).toEqual({ total: 0, variables: [], recipients: 0, imports: 0 });
}

const many = Array.from({ length: 20_000 }, (_, i) => `person${i}@example.com,Ana`).join('\n');
const utf16 = Buffer.from('email\na@example.com\n', 'utf16le');

describe('a file that cannot be imported imports nothing', () => {
  test.each<[string, string | Uint8Array, object, object]>([
    ['is empty', '', {}, { status: 422, message: 'The file is empty.' }],
    ['has empty lines only', '\n\r\n\n', {}, { status: 422, message: 'The file is empty.' }],
    ['has only a header', 'email,name\n', {}, { status: 422, message: expect.stringContaining('no contacts below it') }],
    [
      'leaves a quote open',
      `email,name\n${many}\na@example.com,"Ana\nb@example.com,Bo`,
      {},
      { status: 422, message: expect.stringContaining('line 20002') },
    ],
    ['is JSON', '[{"address": "a@example.com"}]', {}, { status: 422, code: 'not_text', message: expect.stringContaining('JSON') }],
    ['is a web page', '<!DOCTYPE html>\n<p>a@example.com</p>\n', {}, { status: 422, code: 'not_text' }],
    ['is an address book', 'BEGIN:VCARD\nEMAIL:a@example.com\nEND:VCARD\n', {}, { status: 422, message: expect.stringContaining('vCard') }],
    [
      'has two columns of addresses',
      'Owner email,Contact email\nboss@example.com,a@example.com\n',
      {},
      { status: 422, errors: [{ path: 'address_column', message: expect.stringContaining('"Owner email", "Contact email"') }] },
    ],
    [
      'swallows rows by a quote',
      'email,name\n\na@example.com,"Ana\nb@example.com,"Bo"\n',
      {},
      { status: 422, message: expect.stringContaining('line 3 ') },
    ],
    ['is binary', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 3, 0x0a]), {}, { status: 422, code: 'not_text' }],
    ['has a NUL far inside', `email,name\n${many}\na@example.com,A\u0000na\n`, {}, { status: 422, code: 'not_text' }],
    ['is UTF-16 without a mark', utf16, {}, { status: 422, code: 'not_text' }],
    ['is an Excel workbook', 'PK\u0003\u0004....', {}, { status: 422, message: expect.stringContaining('Excel') }],
    ['has no address column', 'name,city\nAna,Berlin\n', {}, { status: 422, message: expect.stringContaining('name, city') }],
    [
      'lacks the chosen column',
      'email,name\na@example.com,Ana\n',
      { addressColumn: 'mail2' },
      { status: 422, message: expect.stringContaining('email, name') },
    ],
    [
      'has a row of 201 columns',
      `email\na@example.com\nb@example.com${',x'.repeat(200)}\n`,
      {},
      { status: 422, message: expect.stringContaining('line 3') },
    ],
    ['is given an unknown country', 'phone\n1\n', { defaultCountry: 'XX' }, { status: 422, message: expect.stringContaining('XX') }],
    [
      'is given two delimiters',
      'email\na@example.com\n',
      { delimiter: ',;' },
      { status: 422, message: expect.stringContaining('delimiter') },
    ],
    ['is no JSON', '[{"address": "a@example.com"', { contentType: 'application/json' }, { status: 422, code: 'invalid_json' }],
    ['is a JSON object', '{"address": "a@example.com"}', { contentType: 'application/json; charset=utf-8' }, { status: 422 }],
    ['is an empty JSON list', '[]', { contentType: 'application/json' }, { status: 422, code: 'no_rows' }],
    [
      'has a JSON item that is no object',
      '[{"address": "a@example.com"}, 5]',
      { contentType: 'application/json' },
      { status: 422, message: expect.stringContaining('Item 2') },
    ],
    [
      'has a NUL in JSON',
      '[{"address": "a@example.com", "name": "A\\u0000na"}]',
      { contentType: 'application/json' },
      { status: 422, message: expect.stringContaining('NUL') },
    ],
  ])('%s', async (_, content, options, problem) => {
    const campaignId = await emptyDraft(testDatabase.db);
    await expect(importText(testDatabase.db, campaignId, content, options)).rejects.toMatchObject({ name: 'Problem', ...problem });
    await expectNothingImported(campaignId);
  });

  test('JSON beyond 20 MB is refused while it arrives', async () => {
    const campaignId = await emptyDraft(testDatabase.db);
    let sent = 0;
    function* endless() {
      yield '[';
      for (;;) {
        sent += 1_000_000;
        yield `"${'x'.repeat(999_996)}",\n`;
      }
    }
    const options = { source: endless(), contentType: 'application/json' };
    await expect(importText(testDatabase.db, campaignId, '', options)).rejects.toMatchObject({ status: 413, code: 'too_large' });
    expect(sent).toBeLessThan(30_000_000);
    await expectNothingImported(campaignId);
  });

  test.each([
    ['one line', 'x'],
    ['one field in quotes', '"x\n'],
  ])('an endless row (%s) is given up after a megabyte', async (_, start) => {
    const campaignId = await emptyDraft(testDatabase.db);
    let sent = 0;
    function* endless() {
      yield `email,name\na@example.com,${start}`;
      for (;;) {
        sent += 100_000;
        yield `${'x'.repeat(49_999)}${start === 'x' ? 'x' : '\n'}`.repeat(2);
      }
    }
    await expect(importText(testDatabase.db, campaignId, '', { source: endless() })).rejects.toMatchObject({
      status: 422,
      code: 'row_too_long',
      message: expect.stringContaining('line 2 '),
    });
    expect(sent).toBeLessThan(5_000_000);
    await expectNothingImported(campaignId);
  });

  test('the upload breaks off', async () => {
    const { db } = testDatabase;
    const campaignId = await emptyDraft(db);
    async function* breaking() {
      yield `email,name\n${many}\n`;
      throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
    }
    await expect(importText(db, campaignId, '', { source: breaking() })).rejects.toMatchObject({ status: 400, code: 'upload_broken' });
    await expectNothingImported(campaignId);
  });

  test('the web stream of a request breaks off', async () => {
    const campaignId = await emptyDraft(testDatabase.db);
    let pulls = 0;
    const source = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (pulls++ === 0) {
          controller.enqueue(new TextEncoder().encode(`email,name\n${many}\n`));
        } else {
          controller.error(new Error('gone'));
        }
      },
    });
    await expect(importText(testDatabase.db, campaignId, '', { source })).rejects.toThrow('gone');
    await expectNothingImported(campaignId);
  });
});

describe('only drafts take contacts', () => {
  test('a campaign that does not exist', async () => {
    await expect(importText(testDatabase.db, 999_999, 'email\na@example.com\n')).rejects.toMatchObject({ status: 404 });
  });

  test('a started campaign is refused before the file is read', async () => {
    const { db } = testDatabase;
    const campaignId = await emptyDraft(db);
    await importText(db, campaignId, 'email\na@example.com\n');
    await db.pool.query(`update campaigns set status = 'SENDING', doing = 'sending', started_at = now() where id = $1`, [campaignId]);
    const source = Readable.from(['email\nb@example.com\n']);
    await expect(importText(db, campaignId, '', { source })).rejects.toMatchObject({
      status: 409,
      message: expect.stringContaining('sending'),
    });
    expect(source.readableDidRead).toBe(false);
  });

  test('a campaign that is started while the file arrives keeps the list it was started with', async () => {
    const { db } = testDatabase;
    const campaignId = await emptyDraft(db);
    await importText(db, campaignId, 'email\na@example.com\n');
    async function* startedMeanwhile() {
      yield `email\n${many}\n`;
      await db.pool.query(`update campaigns set status = 'SENDING', doing = 'sending', started_at = now() where id = $1`, [campaignId]);
      yield 'late@example.com\n';
    }
    await expect(importText(db, campaignId, '', { source: startedMeanwhile() })).rejects.toMatchObject({ status: 409 });
    expect(await recipientsOf(db, campaignId)).toHaveLength(1);
  });

  test('a campaign that is deleted while the file arrives', async () => {
    const { db } = testDatabase;
    const campaignId = await emptyDraft(db);
    async function* deletedMeanwhile() {
      yield `email\n${many}\n`;
      await db.pool.query('delete from campaigns where id = $1', [campaignId]);
    }
    await expect(importText(db, campaignId, '', { source: deletedMeanwhile() })).rejects.toMatchObject({ status: 404 });
  });

  test('two imports of the same people in opposite order both end, and each person is there once', async () => {
    const { db } = testDatabase;
    const campaignId = await emptyDraft(db);
    const rows = many.split('\n');
    const reports = await Promise.all([
      importText(db, campaignId, `email,name\n${rows.join('\n')}`),
      importText(db, campaignId, `email,name\n${rows.toReversed().join('\n')}`),
    ]);
    expect(reports.map((report) => report.accepted).sort((a, b) => a - b)).toEqual([0, 20_000]);
    expect(reports.map((report) => report.duplicates).sort((a, b) => a - b)).toEqual([0, 20_000]);
    const { rows: campaign } = await db.pool.query('select total, pending from campaigns where id = $1', [campaignId]);
    expect(campaign[0]).toEqual({ total: 20_000, pending: 20_000 });
  });
});
