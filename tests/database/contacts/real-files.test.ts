import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ImportRequest } from '#app/domain/contacts/import-contacts.server.ts';
import { reportCsv } from '#app/domain/contacts/report-csv.server.ts';
import { encodingNamed } from '#app/domain/contacts/text-encoding.ts';
import { exportRecipients } from '#app/domain/recipients/export-recipients.server.ts';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';
import { emptyDraft, importText, recipientsOf } from '#tests/support/import.ts';

let testDatabase: TestDatabase;
beforeAll(async () => {
  testDatabase = await createTestDatabase();
});
afterAll(() => testDatabase.drop());

async function bring(content: string | Uint8Array | object[], options: Partial<ImportRequest> = {}, channel: 'email' | 'sms' = 'email') {
  const { db } = testDatabase;
  const campaignId = await emptyDraft(db, channel);
  const report = await importText(db, campaignId, content, options);
  const people = (await recipientsOf(db, campaignId)).map(({ address, variables }) => [address, variables]);
  return { db, campaignId, report, people };
}

describe('where the table begins', () => {
  test.each<[string, string, number, object[]]>([
    [
      'notes above the header',
      'Remarks:\n"Some do not show their address."\n\nFirst Name,Email Address,Firm\nMia,mia@example.com,Acme\n',
      4,
      [['mia@example.com', { first_name: 'Mia', firm: 'Acme' }]],
    ],
    [
      'a title above the header',
      'Export of 04.05.2026\nE-Mail;Vorname\nmia@example.com;Mia\n',
      2,
      [['mia@example.com', { vorname: 'Mia' }]],
    ],
    ['a sender above the header', 'By:,boss@example.com\n\nName,Email\nMia,mia@example.com\n', 3, [['mia@example.com', { name: 'Mia' }]]],
    [
      'a title of all columns',
      'Members,,\nname,town,mail\nMia,Ulm,mia@example.com\n',
      2,
      [['mia@example.com', { name: 'Mia', town: 'Ulm' }]],
    ],
    [
      'a title without a header',
      'Members\nmia@example.com;Mia\nleo@example.com;Leo\n',
      0,
      [
        ['mia@example.com', { column_2: 'Mia' }],
        ['leo@example.com', { column_2: 'Leo' }],
      ],
    ],
    ['a header in words of its own', 'since,who\n2020,mia@example.com\n', 1, [['mia@example.com', { since: '2020' }]]],
  ])('%s', async (_, content, headerLine, people) => {
    const found = await bring(content);
    expect(found.people).toEqual(people);
    expect(found.report).toMatchObject({ header_line: headerLine, rejected: 0 });
  });

  test.each<[string, string, 'email' | 'sms', number]>([
    ['a slip in the first address', 'mia@example,Mia\nleo@example.com,Leo\nzoe@example.com,Zoe\n', 'email', 2],
    ['no address in the first row', ',Mia\nleo@example.com,Leo\n', 'email', 1],
    ['n/a in the first row', 'n/a,Mia\nleo@example.com,Leo\n', 'email', 1],
    ['a number that a spreadsheet cut', '4.47911E+11,Mia\n+447911123456,Leo\n', 'sms', 1],
  ])('no header, and %s: the row comes back with its line', async (_, content, channel, accepted) => {
    const { report } = await bring(content, {}, channel);
    expect(report).toMatchObject({ header_line: 0, accepted, rejected: 1, errors: [{ line: 1 }] });
  });

  test('somebody says it', async () => {
    const none = await bring('who,what\nmia@example.com,x\n', { headerLine: 0 });
    expect(none.report).toMatchObject({ rows: 2, rejected: 1, header_line: 0 });
    const third = await bring('mia@example.com,x\n\nmail,kind\nleo@example.com,y\n', { headerLine: 3 });
    expect(third.people).toEqual([['leo@example.com', { kind: 'y' }]]);
    await expect(bring('a,b\nmia@example.com,x\n', { headerLine: 9 })).rejects.toMatchObject({ errors: [{ path: 'header_line' }] });
  });
});

test.each<[string, string, object]>([
  ['before quotation marks', 'email, name, firm\nmia@example.com, "Mia", "Lee, Sons"\n', { name: 'Mia', firm: 'Lee, Sons' }],
  ['after quotation marks', 'email;name\nmia@example.com;"Mia" \n', { name: 'Mia' }],
  ['before and after, with tabs', 'email\tname\nmia@example.com\t "Mia ""M"" Lee" \n', { name: 'Mia "M" Lee' }],
  ['and marks that nobody sees around values', 'email,name\nmia@example.com,"\u00a0Mia\u200b "\n', { name: 'Mia' }],
])('blanks %s are no part of a value', async (_, content, variables) => {
  expect((await bring(content)).people).toEqual([['mia@example.com', variables]]);
});

const bytes = (...parts: (string | number[])[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part))));
describe('other encodings', () => {
  test.each<[string, Uint8Array, string, string]>([
    ['Central European', bytes('email,name\nmia@example.com,\xA3ucja\n'), 'windows-1250', 'Łucja'],
    ['Cyrillic', bytes('email,name\nmia@example.com,', [0xc8, 0xe2, 0xe0, 0xed], '\n'), 'windows-1251', 'Иван'],
    ['KOI8-R', bytes('email,name\nmia@example.com,', [0xe9, 0xd7, 0xc1, 0xce], '\n'), 'koi8-r', 'Иван'],
    ['Japanese', bytes('email,name\nmia@example.com,', [0x82, 0xb3, 0x82, 0xad, 0x82, 0xe7], '\n'), 'shift_jis', 'さくら'],
    ['Mac', bytes('email,name\nmia@example.com,Andr', [0x8e], '\n'), 'macintosh', 'André'],
    ['Greek', bytes('email,name\nmia@example.com,', [0xcd, 0xdf, 0xea, 0xef, 0xf2], '\n'), 'windows-1253', 'Νίκος'],
    ['Western European', bytes('email,name\nmia@example.com,M\xFCller\n'), 'windows-1252', 'Müller'],
  ])('%s is recognised, and told as a guess', async (_, content, encoding, name) => {
    const { people, report } = await bring(content);
    expect(people).toEqual([['mia@example.com', { name }]]);
    expect(report).toMatchObject({ encoding, encoding_guessed: true, warnings: [expect.stringContaining('Look at the names')] });
  });

  test.each<[string, Partial<ImportRequest>]>([
    ['the charset of its Content-Type', { contentType: 'text/csv; charset=windows-1251' }],
    ['what somebody chose', { encoding: 'cp1251' }],
  ])('%s is obeyed', async (_, options) => {
    const { people, report } = await bring(bytes('email,name\nmia@example.com,', [0xcc, 0xfb], '\n'), options);
    expect(people).toEqual([['mia@example.com', { name: 'Мы' }]]);
    expect(report).toMatchObject({ encoding: 'windows-1251', encoding_guessed: false, warnings: [] });
  });

  test.each([
    ['UTF-8 that was read as Western European', 'email,name\nmia@example.com,Zo\u00c3\u00ab\n', {}],
    ['a charset that is wrong', 'email,name\nmia@example.com,M\u00fcller\n', { contentType: 'text/csv; charset=ISO-8859-1' }],
    ['letters that were lost', 'email,name\nmia@example.com,M\ufffdller\n', {}],
  ])('%s is told', async (_, content, options) => {
    expect((await bring(content, options)).report.warnings).toEqual([expect.stringContaining('Letters look damaged')]);
  });

  test.each(['UTF8', 'utf_8', 'UTF-8-SIG', 'win-1251', 'windows1251', 'ISO_8859-15', 'latin9', 'euc_jp', 'UTF16', '"Shift-JIS"'])(
    '%s is an encoding',
    (label) => {
      expect(encodingNamed(label)).not.toBeNull();
    },
  );

  test('text that is not in the encoding that was given, and an encoding that is none, are refused', async () => {
    await expect(bring(bytes('email,name\nmia@example.com,\xFC\n'), { encoding: 'utf-8' })).rejects.toMatchObject({
      code: 'wrong_encoding',
    });
    await expect(bring('email\nmia@example.com\n', { encoding: 'klingon' })).rejects.toMatchObject({ errors: [{ path: 'encoding' }] });
  });
});

describe('people who must not be written to', () => {
  test.each<[string, string, [string, string][]]>([
    [
      'status',
      'unsubscribed',
      [
        ['bounced', 'bounced'],
        ['Unreachable', 'unreachable'],
        ['active', ''],
      ],
    ],
    [
      'Email Marketing Status',
      'Opted-out',
      [
        ['subscribed', ''],
        ['cleaned', 'bounced'],
        ['pending', ''],
      ],
    ],
    [
      'subscribed',
      'no',
      [
        ['yes', ''],
        ['', ''],
        ['TRUE', ''],
      ],
    ],
    [
      'unsubscribed_at',
      '2026-01-02',
      [
        ['', ''],
        ['null', ''],
        ['0000-00-00 00:00:00', ''],
      ],
    ],
    [
      'Bounced',
      'true',
      [
        ['false', ''],
        ['0', ''],
      ],
    ],
    ['Do Not Contact', 'x', [['', '']]],
  ])('%s = %s', async (header, bad, others) => {
    const rows = [[bad, '?'], ...others].map(([value], index) => `p${index}@example.com,${value}`).join('\n');
    const { report } = await bring(`email,${header}\n${rows}\n`);
    const left = others.filter(([, reason]) => reason !== '').length + 1;
    expect(report).toMatchObject({ rows: others.length + 1, rejected: left, left_out: left, accepted: others.length + 1 - left });
    expect(report.warnings.join()).toContain('left out');
    expect(report.errors.slice(1).map(({ reason }) => reason)).toEqual(
      others.map(([, reason]) => reason).filter((reason) => reason !== ''),
    );
    expect((await bring(`email,${header}\n${rows}\n`, { takeStatuses: true })).report).toMatchObject({ rejected: 0, left_out: 0 });
  });

  test('words that are not known are told, where a column speaks of writing', async () => {
    const { report } = await bring('email,status\na@example.com,subscribed\nb@example.com,paused\nc@example.com,on leave\n');
    expect(report).toMatchObject({ accepted: 3, warnings: [expect.stringContaining('"status" also says "paused", "on leave"')] });
    expect((await bring('email,state\na@example.com,Ohio\n')).report.warnings).toEqual([]);
  });

  test('an order that was cancelled is no wish to leave, and JSON follows the same rule', async () => {
    expect((await bring('email,order status\nmia@example.com,cancelled\n')).report).toMatchObject({ accepted: 1, left_out: 0 });
    const { report } = await bring([
      { address: 'mia@example.com', subscribed: false },
      { address: 'leo@example.com', subscribed: true },
    ]);
    expect(report).toMatchObject({ accepted: 1, left_out: 1 });
  });
});

describe('what becomes of columns', () => {
  test('another name, nothing, a number, yes or no', async () => {
    const columns = {
      'First Name': 'given',
      Fax: null,
      Age: { type: 'number' as const },
      Member: { name: 'member', type: 'boolean' as const },
    };
    const content =
      'Email,First Name,Fax,Age,Member\nmia@example.com,Mia,1,"1,250.5",yes\nleo@example.com,Leo,2,,no\nzoe@example.com,Zoe,3,old,no\n';
    const { people, report } = await bring(content, { columns });
    expect(people).toEqual([
      ['mia@example.com', { given: 'Mia', age: 1250.5, member: true }],
      ['leo@example.com', { given: 'Leo', age: null, member: false }],
    ]);
    expect(report.errors).toMatchObject([{ line: 4, reason: 'not a valid value', advice: expect.stringContaining('"old"') }]);
    expect(report.columns?.map(({ name, role }) => [name, role])).toEqual([
      [null, 'address'],
      ['given', 'variable'],
      [null, 'left_out'],
      ['age', 'variable'],
      ['member', 'variable'],
    ]);
    await expect(bring(content, { columns: { Nope: null } })).rejects.toMatchObject({ errors: [{ path: 'columns' }] });
  });

  test('a column called Address beside the addresses is told', async () => {
    const { report } = await bring('Name,Address,Email\nMia,"1 Low Rd, Ulm",mia@example.com\n');
    expect(report.warnings).toEqual([
      `The column "Address" is called {{ address_2 }}: {{ address }} is the recipient's own email address.`,
    ]);
  });
});

test('a dry run answers the same and imports nothing', async () => {
  const { db, campaignId, people, report } = await bring('email,name\nmia@example.com,Mia\nmia@example.com,Mia\nnobody,Leo\n', {
    dryRun: true,
  });
  expect(people).toEqual([]);
  expect(report).toMatchObject({ rows: 3, accepted: 1, duplicates: 1, rejected: 1, report_url: '', delimiter: ',', header_line: 1 });
  expect(report.preview).toEqual([
    { line: 2, address: 'mia@example.com', written: 'mia@example.com', reason: null, variables: { name: 'Mia' } },
    { line: 3, address: 'mia@example.com', written: 'mia@example.com', reason: null, variables: { name: 'Mia' } },
    { line: 4, address: null, written: 'nobody', reason: 'not a valid address', variables: { name: 'Leo' } },
  ]);
  const { rows } = await db.pool.query(
    'select (select count(*) from imports where campaign_id = $1) + (select count(*) from import_runs where campaign_id = $1) as n',
    [campaignId],
  );
  expect(Number(rows[0].n)).toBe(0);
  const cut = await importText(db, campaignId, 'email,name\nmia@example.com,Mia\nleo@exam', { dryRun: true, sample: true });
  expect(cut).toMatchObject({ rows: 1, accepted: 1 });
});

test('a report of rejected rows has all columns, and can be corrected and imported', async () => {
  const { db, campaignId, report } = await bring(
    'Vorname;E-Mail;Ort\nMia;mia@example;Ulm\nLeo;leo@example.com;=1+1\nLeo;leo@example.com;=1+1\n',
  );
  const importId = Number(/imports\/(\d+)\//.exec(report.report_url)?.[1]);
  const csv = (await buffer(await reportCsv(db, campaignId, importId))).toString();
  expect(csv).toBe(
    "\ufeffline,address,reason,Vorname,Ort\r\n2,mia@example,not a valid address,Mia,Ulm\r\n4,leo@example.com,duplicate,Leo,'=1+1\r\n",
  );
  const again = await bring(csv.replace('mia@example,', 'mia@example.com,'));
  expect(again.people).toEqual([
    ['mia@example.com', { vorname: 'Mia', ort: 'Ulm' }],
    ['leo@example.com', { vorname: 'Leo', ort: '=1+1' }],
  ]);
});

test.each(['\n', '\r', '\r\n', '\n=1+1\r', '"\n;'])('an export of values with %j is imported as it was', async (sign) => {
  const told = [{ address: 'mia@example.com', note: `Low Rd${sign}Ulm`, town: 'Ulm' }];
  const { db, campaignId, people } = await bring(told, { contentType: 'application/json' });
  const csv = await buffer(await exportRecipients(db, campaignId, {}));
  expect((await bring(csv)).people).toEqual(people);
});

test('nested lists without end, and a name that is none, are refused in words', async () => {
  const campaignId = await emptyDraft(testDatabase.db);
  const deep = `[{"address":"mia@example.com","x":${'['.repeat(50_000)}${']'.repeat(50_000)}}]`;
  await expect(importText(testDatabase.db, campaignId, deep, { contentType: 'application/json' })).rejects.toMatchObject({
    status: 422,
    code: 'invalid_json',
  });
});

test('numbers that can be read in two ways are rejected, and read where somebody says how', async () => {
  const list = 'phone\n491701234567\n1701234567.0\n';
  const asked = await bring(list, { defaultCountry: 'DE' }, 'sms');
  expect(asked.people).toEqual([['+491701234567', {}]]);
  expect(asked.report.errors).toMatchObject([
    { line: 2, reason: 'could be a number of two countries', advice: expect.stringContaining('+') },
  ]);
  expect((await bring('phone\n491701234568\n', { defaultCountry: 'DE', bareNumbers: 'international' }, 'sms')).people).toEqual([
    ['+491701234568', {}],
  ]);
});
