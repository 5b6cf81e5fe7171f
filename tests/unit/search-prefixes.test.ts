import fc from 'fast-check';
import { expect, test } from 'vitest';
import { searchPrefixes } from '#app/domain/recipients/search-prefixes.ts';

const american = '+12015558239';

test.each([
  ['(201) 555-8239', american],
  ['201.555.8239', american],
  ['1-201-555-8239', american],
  ['+1 201 555 8239', american],
  ['001 201 555 8239', american],
  ['201 555', '+1201555'],
  ['+1 (201)', '+1201'],
])('%s looks for numbers that begin with %s', (q, prefix) => {
  expect(searchPrefixes('sms', q, american)).toContain(prefix);
});

test.each([
  ['+44 (0)20 7946 0958', '+442079460958'],
  ['0044 (0)20 7946 0958', '+442079460958'],
  ['+49 (0) 30 901820', '+4930901820'],
  ['+43(0)664 123', '+43664123'],
])('the zero in brackets of %s is not part of the number', (q, prefix) => {
  expect(searchPrefixes('sms', q, american)).toEqual([prefix]);
});

test('a national number is read in the country of the list', () => {
  expect(searchPrefixes('sms', '0664 1234567', '+436641234560')).toContain('+436641234567');
});

test('text finds no number', () => {
  expect(searchPrefixes('sms', 'ada@example.com', american)).toEqual([]);
});

test('email is looked for in lower case', () => {
  expect(searchPrefixes('email', '  Ada@Example ')).toEqual(['ada@example']);
});

test('no beginning contains another, so nobody is listed twice', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[0-9 ()+-]{1,14}$/), (q) => {
      const prefixes = searchPrefixes('sms', q, american);
      for (const a of prefixes) for (const b of prefixes) if (a !== b) expect(a.startsWith(b)).toBe(false);
    }),
  );
});
