import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { decodeSample, readMapping } from '#app/domain/contacts/mapping.ts';

const email = { channel: 'email', complete: true } as const;
const sms = { channel: 'sms', complete: true } as const;

describe('readMapping', () => {
  test('the beginning of a CRM export', () => {
    const bytes = readFileSync(new URL('../../fixtures/contacts-crm.csv', import.meta.url)).subarray(0, 4096);
    const mapping = readMapping(decodeSample(bytes), { channel: 'email' });
    expect(mapping).toMatchObject({ delimiter: ';', hasHeader: true, addressColumn: 0 });
    expect(mapping.columns.slice(0, 3)).toMatchObject([
      { header: 'E-Mail', name: 'e_mail' },
      { header: 'First name', name: 'first_name' },
      { header: 'Last name', name: 'last_name' },
    ]);
    expect(mapping.sample[0]?.[1]).toBe('Atıgay');
  });

  test.each([
    ['a,b;c\n1,2;3\n', ','],
    ['name;note\nAna;"a, b, c"\nBo;"d, e"\n', ';'],
    ['name\temail\nAna\ta@example.com\n', '\t'],
    ['name|email\nAna|a@example.com\n', '|'],
    ['email\na@example.com\n', ','],
    ['name;email\n"Lopez, Ana";a@example.com\n"Bo";b@example.com', ';'],
    ['sep=|\nname|email\n', '|'],
  ])('%j is parted by %j', (text, delimiter) => {
    expect(readMapping(text, email).delimiter).toBe(delimiter);
  });

  test.each([
    ['name,Email\nAna,\n', email, 1],
    ['Nom,Courriel\nAna,a@example.com\n', email, 1],
    ['Имя,Электронная почта\nAna,a@example.com\n', email, 1],
    ['名前,メールアドレス\nAna,a@example.com\n', email, 1],
    ['Email opt-in,Email (work)\nyes,a@example.com\n', email, 1],
    ['Email,Email\nsoon,a@example.com\n', email, 1],
    ['Address,Contact\n1 High Street,a@example.com\n', email, 1],
    ['address,name\na@example.com,Ana\n', email, 0],
    ['kept since,who\n2020,a@example.com\n', email, 1],
    ['name,city\nAna,Berlin\n', email, null],
    ['Phone,Mobile,name\n2015550123,2015550124,Ana\n', sms, 1],
    ['Name,Telefonnummer\nAna,0151 23456789\n', sms, 1],
    ['id,since,who\n1,2024-01-01,(201) 555-0123\n', sms, 2],
    ['Kundennummer;Rufnummer\n12345678;0170 1234567\n', sms, 1],
    ['id,code\n2015550123,+12015550124\n', sms, 1],
    ['Contact ID,Contact No.\n2015550123,2015550124\n', sms, 1],
    ['E-mail 1 - Value,E-mail 2 - Value\na@example.com,b@example.com\n', email, 0],
    ['Home Phone,Mobile Phone\n2015550123,2015550124\n', sms, 1],
    ['work email,email\nw@example.com,a@example.com\n', email, 1],
    ['email,name,email\na@example.com,Ana,\n', email, 0],
    // Somebody has to say.
    ['Owner email,Contact email\nboss@example.com,a@example.com\n', email, null],
    ['Referrer mail,who\nr@example.com,a@example.com\n', email, null],
    ['email,name,email\na@example.com,Ana,b@example.com\n', email, null],
    ['a@example.com,b@example.com,c@example.com\n', email, null],
    ['Parent mobile,Child mobile\n2015550123,2015550124\n', sms, null],
    ['id,name\n2015550123,Ana\n', sms, null],
    ['Name,Fax\nAna,(201) 555-0123\n', sms, null],
  ])('the addresses of %j', (text, options, column) => {
    expect(readMapping(text, options).addressColumn).toBe(column);
  });

  test('a file without a header', () => {
    expect(readMapping('Ana,a@example.com\nBo,b@example.com', email)).toMatchObject({
      hasHeader: false,
      addressColumn: 1,
      columns: [
        { header: '', name: 'column_1' },
        { header: '', name: 'column_2' },
      ],
      sample: [
        ['Ana', 'a@example.com'],
        ['Bo', 'b@example.com'],
      ],
    });
  });

  test('a sample that breaks off in a row leaves that row out', () => {
    expect(readMapping('name,email\nAna,a@example.com\nBo,"b@exa', { channel: 'email' }).sample).toEqual([['Ana', 'a@example.com']]);
  });

  test.each([
    ['UTF-8', Buffer.from('Müller\n')],
    ['UTF-8 with a mark', Buffer.from('\ufeffMüller\n')],
    ['Windows-1252', Buffer.from('Müller\n', 'latin1')],
    ['UTF-16 LE', Buffer.from('\ufeffMüller\n', 'utf16le')],
    ['UTF-16 BE', Buffer.from('\ufeffMüller\n', 'utf16le').swap16()],
  ])('decodes %s', (_, bytes) => {
    expect(decodeSample(bytes)).toBe('Müller\n');
  });
});
