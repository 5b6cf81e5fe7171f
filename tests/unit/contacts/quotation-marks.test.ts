import { describe, expect, test } from 'vitest';
import { readCsv } from '#app/domain/contacts/csv-rows.server.ts';
import { decodeLines } from '#app/domain/contacts/decode.server.ts';

async function* whole(text: string) {
  yield Buffer.from(text);
}

async function rows(text: string, size = text.length) {
  async function* pieces() {
    for (let at = 0; at < text.length; at += size) yield Buffer.from(text.slice(at, at + size));
  }
  const found = [];
  for await (const batch of readCsv(decodeLines(size === text.length ? whole(text) : pieces()), { channel: 'email' }).batches) {
    found.push(
      ...batch.map(({ line, address, variables, fault }) => [line, address, fault?.reason ?? Object.values(JSON.parse(variables))]),
    );
  }
  return found;
}

describe('quotation marks are read as their writer meant them', () => {
  test.each<[string, string, unknown[]]>([
    ['around a name before an address', '"Cy" <c@example.com>,Cy', ['"Cy" <c@example.com>', ['Cy']]],
    ['around a name with a comma', '"Lopez, Ana" <a@example.com>,Ana', ['"Lopez, Ana" <a@example.com>', ['Ana']]],
    ['around first words', 'a@example.com,"Hi," she said', ['a@example.com', ['"Hi," she said']]],
    ['around two words', 'a@example.com,"A" & "B"', ['a@example.com', ['"A" & "B"']]],
    ['for inches', 'a@example.com,"5" pipe', ['a@example.com', ['"5" pipe']]],
    ['with a backslash', 'a@example.com,"Ana \\"N, an\\" Lopez"', ['a@example.com', ['Ana "N, an" Lopez']]],
    ['behind a backslash that is one', 'a@example.com,"C:\\"', ['a@example.com', ['C:\\']]],
    ['after a blank of a word processor', 'a@example.com,\u00a0"Lopez, Ana"\u00a0', ['a@example.com', ['Lopez, Ana']]],
    ['after a mark that nobody sees', '\ufeff"a@example.com",\u200b"Lopez, Ana"', ['a@example.com', ['Lopez, Ana']]],
    ['doubled', 'a@example.com,"Ana ""N"" Lopez" ', ['a@example.com', ['Ana "N" Lopez']]],
    ['doubled at both ends', 'a@example.com,"""Ana"" "', ['a@example.com', ['"Ana"']]],
    ['one alone', 'a@example.com,""""', ['a@example.com', ['"']]],
    // Which one closes the field is a guess, and so is what stands in which column: this row alone.
    ['so that columns are lost', '"a@example.com,"Ana"', ['"a@example.com,"Ana"', 'not a valid value']],
  ])('%s', async (_, row, expected) => {
    const text = `email,name\n${row}\nb@example.com,Bo\n`;
    const all = [
      [2, ...expected],
      [3, 'b@example.com', ['Bo']],
    ];
    expect(await rows(text)).toEqual(all);
    expect(await rows(text, 7)).toEqual(all);
  });

  test.each([
    ['and closed on another line', 'a@example.com,"Ana\nb@example.com,"Bo"\n'],
    ['and never closed', 'a@example.com,"Ana\nb@example.com,Bo\n'],
    ['in the last row', 'b@example.com,"Bo'],
  ])('one that is opened %s ends the import', async (_, row) => {
    await expect(rows(`email,name\n${row}`)).rejects.toMatchObject({ code: 'unclosed_quote', message: expect.stringContaining('line 2 ') });
  });

  test.each(['"', '\\"', '"x" ', '\\', ',"'])('a row with a hundred thousand of %j is read once', async (sign) => {
    const text = `email,name\na@example.com,x${sign.repeat(100_000)}\nb@example.com,Bo\n`;
    await rows(text).catch((error: { status?: number }) => expect(error.status).toBe(422));
  });
});

test('lines of blanks and separators below a table are no people', async () => {
  expect(await rows('email;name\n;\na@example.com;Ana\n ;\u00a0\n;;\n;Bo\n')).toEqual([
    [3, 'a@example.com', ['Ana']],
    [6, '', ['Bo']],
  ]);
  expect(await rows('email\na@example.com\n\u001a')).toEqual([[2, 'a@example.com', []]]);
  expect(await rows('email,name\na@example.com,Ana\0\0\0')).toEqual([[2, 'a@example.com', ['Ana']]]);
});
