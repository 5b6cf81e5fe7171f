import fc from 'fast-check';
import { expect, test } from 'vitest';
import { csvCell, fromCsvCell, importedCell } from '#app/domain/csv-cell.ts';

test.each([
  ['=1+1', "'=1+1"],
  ['+cmd|x', "'+cmd|x"],
  ['-2+3', "'-2+3"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['\t=1', "'\t'=1"],
  ['x;=1+1;y', "x;'=1+1;y"],
  ['x|@SUM(A1)', "x|'@SUM(A1)"],
  ['x\t-1', "x\t'-1"],
  ['a, "=1+1"', `a, "'=1+1"`],
  ["'=1", "''=1"],
  ['1-2=3', '1-2=3'],
  ['＝1+1', "'＝1+1"],
  ['+12015550123', '+12015550123'],
  ['+1 (201) 555-0123', '+1 (201) 555-0123'],
  ['a@example.com', 'a@example.com'],
  ['', ''],
])('%j is written as %j', (value, cell) => {
  expect(csvCell(value)).toBe(cell);
  expect(fromCsvCell(cell)).toBe(value);
});

test('no cell begins as a formula, whatever separator is expected, and what was written can be read again', () => {
  const piece = fc.constantFrom('=', '+', '-', '@', '\t', ';', ',', '|', '"', "'", ' ', 'x', '1', '\n', '＝');
  fc.assert(
    fc.property(
      fc.array(piece).map((pieces) => pieces.join('')),
      (value) => {
        const cell = csvCell(value);
        if (cell === value && /^\+[\d\s().\-/]{3,40}$/.test(value)) return;
        for (const separator of [',', ';', '\t', '|'])
          for (const part of cell.split(separator)) expect(part).not.toMatch(/^[\s"]*[=+\-@＝]/);
        expect(fromCsvCell(cell)).toBe(value);
      },
    ),
  );
});

test.each([
  ["'=1+1", '=1+1'],
  ["x;'=1+1;y", 'x;=1+1;y'],
  ["''=1", "'=1"],
  ["'-5", '-5'],
  // What a person wrote, or another program: no export of ours makes these.
  ["'Ana", "'Ana"],
  ["'t Hof", "'t Hof"],
  ["'90s", "'90s"],
  ["O'Brien", "O'Brien"],
  ["'+1 201 555 0123", "'+1 201 555 0123"],
  ["'=1;=2", "'=1;=2"],
  ['=1', '=1'],
  ["'", "'"],
])('imported, the cell %j is %j', (cell, value) => {
  expect(importedCell(cell)).toBe(value);
});

test('whatever is exported is imported as it was', () => {
  const property = fc.property(fc.string(), (value) => {
    expect(importedCell(csvCell(value))).toBe(value);
  });
  fc.assert(property);
});

test.each(['\n', ' ', '"', "'", ', ', "\n'", '=', '\u00a0'])('a cell with a million of %j is read once', (sign) => {
  const value = `'${sign.repeat(1_000_000)}x`;
  expect(importedCell(csvCell(value))).toBe(value);
});
