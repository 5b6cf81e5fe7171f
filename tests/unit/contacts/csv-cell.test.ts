import { expect, test } from 'vitest';
import { csvCell } from '#app/domain/contacts/csv-cell.ts';

test.each([
  ['=1+1', "'=1+1"],
  ['+cmd|x', "'+cmd|x"],
  ['-2+3', "'-2+3"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['\t=1', "'\t=1"],
  ['＝1+1', "'＝1+1"],
  ['+12015550123', '+12015550123'],
  ['+1 (201) 555-0123', '+1 (201) 555-0123'],
  ['a@example.com', 'a@example.com'],
  ['', ''],
])('%j is written as %j', (value, cell) => {
  expect(csvCell(value)).toBe(cell);
});
