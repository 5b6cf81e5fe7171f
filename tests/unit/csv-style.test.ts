import { expect, test } from 'vitest';
import { csvStyle } from '#app/domain/csv-style.ts';

test.each([
  ['en-US', ','],
  ['en-GB', ','],
  ['de', ';'],
  ['de-AT', ';'],
  ['de-CH', ';'],
  ['fr-FR', ';'],
  ['pt-BR', ';'],
  ['pl', ';'],
  ['ru', ';'],
  ['es-MX', ','],
  ['ja', ','],
  ['ar-EG', ','],
  ['hi-IN', ','],
])('a spreadsheet in %s expects %j', (locale, delimiter) => {
  expect(csvStyle({ delimiter: 'auto' }, locale)).toEqual({ delimiter, sep: false });
});

test('what somebody chooses counts, whatever the language', () => {
  expect(csvStyle({}, 'de')).toEqual({ delimiter: ',', sep: false });
  expect(csvStyle({ delimiter: 'tab', sep: '1' }, 'de')).toEqual({ delimiter: '\t', sep: true });
  expect(csvStyle({ delimiter: ';', sep: '0' }, 'en')).toEqual({ delimiter: ';', sep: false });
});
