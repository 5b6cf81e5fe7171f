import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { trimValue } from '#app/domain/addresses/plain-text.ts';
import type { ContactRow } from '#app/domain/contacts/contact-rows.ts';
import { readCsv } from '#app/domain/contacts/csv-rows.server.ts';
import { readRows } from '#app/domain/contacts/csv-sample.ts';
import { decodeLines } from '#app/domain/contacts/decode.server.ts';

const delimiter = fc.constantFrom(',', ';', '\t', '|');
const lineEnd = fc.constantFrom('\n', '\r\n', '\r');

/** Fields with what CSV files trip over, and any other character. NUL is refused by design, so it is left out. */
const field = fc
  .string({
    unit: fc.oneof(
      fc.constantFrom('"', ',', ';', '\t', '|', '\n', '\r', ' ', 'é', 'ı', '神', '\u{1f600}'),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    ),
  })
  // Blanks and invisible marks around a value are not part of it.
  .map((text) => trimValue(text.replaceAll('\u0000', '').toWellFormed()));
const table = fc
  .integer({ min: 1, max: 5 })
  .chain((width) => fc.array(fc.array(field, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 60 }));

const quote = (text: string, separator: string) =>
  /["\r\n]/.test(text) || text.includes(separator) ? `"${text.replaceAll('"', '""')}"` : text;

function write(rows: string[][], separator: string, end: string): string {
  return rows.map((row) => row.map((cell) => quote(cell, separator)).join(separator)).join(end) + end;
}

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let start = 0; start < bytes.length; start += size) {
    yield bytes.subarray(start, start + size);
  }
}

async function read(bytes: Buffer, size: number, separator?: string): Promise<ContactRow[]> {
  const { batches } = readCsv(decodeLines(inPieces(bytes, size)), { channel: 'email', delimiter: separator });
  const rows: ContactRow[] = [];
  for await (const batch of batches) {
    rows.push(...batch);
  }
  return rows;
}

const values = (row: ContactRow): string[] => Object.values(JSON.parse(row.variables));

describe('any table written as CSV comes back', () => {
  test('in UTF-8 and UTF-16, with any delimiter and line end, in pieces of any size', async () => {
    await fc.assert(
      fc.asyncProperty(
        table,
        delimiter,
        lineEnd,
        fc.constantFrom('utf8', 'marked', 'le', 'be'),
        fc.integer({ min: 1, max: 200 }),
        async (rows, separator, end, encoding, size) => {
          const header = ['email', ...(rows[0] ?? []).map((_, index) => `field ${index}`)];
          const text = write([header, ...rows.map((row, index) => [`p${index}@example.com`, ...row])], separator, end);
          const bytes =
            encoding === 'utf8'
              ? Buffer.from(text)
              : encoding === 'marked'
                ? Buffer.from(`\ufeff${text}`)
                : encoding === 'le'
                  ? Buffer.from(`\ufeff${text}`, 'utf16le')
                  : Buffer.from(`\ufeff${text}`, 'utf16le').swap16();
          const result = await read(bytes, size, separator);
          expect(result.map((row) => [row.address, ...values(row)])).toEqual(rows.map((row, index) => [`p${index}@example.com`, ...row]));
          const lines = text.split(/\r\n|\n|\r/);
          for (const row of result) {
            expect(lines[row.line - 1]).toContain(row.address);
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  test('Latin-1 names, also where only some lines are Latin-1', async () => {
    const name = fc.constantFrom('Müller', 'Groß', 'Hélène', 'Françoise', 'Muñoz', 'Sørensen', 'Åse', 'Ana', 'João', 'Björk');
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(name, fc.boolean()), { minLength: 1 }), fc.integer({ min: 1, max: 100 }), async (people, size) => {
        const lines = people.map(([person, latin1], index) =>
          Buffer.from(`p${index}@example.com,${person}\r\n`, latin1 ? 'latin1' : 'utf8'),
        );
        // Two Latin-1 letters in a row may look like UTF-8 ("Ã©"); these letters never do.
        const result = await read(Buffer.concat([Buffer.from('email,name\r\n'), ...lines]), size);
        expect(result.map((row) => values(row)[0])).toEqual(people.map(([person]) => person));
      }),
    );
  });

  test('Windows-1252 quotes and euro signs', async () => {
    const bytes = Buffer.concat([
      Buffer.from('email;note\na@example.com;'),
      Buffer.from([0x80, 0x20, 0x93, 0x41, 0x94]),
      Buffer.from('\n'),
    ]);
    expect((await read(bytes, 7)).map(values)).toEqual([['€ “A”']]);
  });

  test('quotation marks inside a field without quotes are characters', async () => {
    const rows = await read(Buffer.from('email,size,name\na@example.com,5" pipe,Ana "Nana" Lopez\nb@example.com,6"",\n'), 1000);
    expect(rows.map(values)).toEqual([
      ['5" pipe', 'Ana "Nana" Lopez'],
      ['6""', ''],
    ]);
  });

  test('the mapping step reads rows as the import does', () => {
    fc.assert(
      fc.property(table, delimiter, lineEnd, (rows, separator, end) => {
        const given = rows.map((row) => ['x', ...row]);
        expect(readRows(write(given, separator, end), separator, { limit: 100 })).toEqual(given);
      }),
    );
  });

  test('lines are counted as an editor counts them: empty ones, and those inside fields', async () => {
    const text = 'sep=;\r\n\r\nemail;note\r\na@example.com;"one\r\ntwo\rthree\nfour"\r\n\r\nb@example.com;x\r\n';
    expect((await read(Buffer.from(text), 5)).map((row) => [row.line, row.address])).toEqual([
      [4, 'a@example.com'],
      [9, 'b@example.com'],
    ]);
  });
});
