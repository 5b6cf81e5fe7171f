import fc from 'fast-check';
import { expect, test } from 'vitest';
import { searchPrefixes } from '#app/domain/addresses/search-prefixes.ts';

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
  expect(searchPrefixes('sms', q, [american])).toContain(prefix);
});

test.each([
  ['+44 (0)20 7946 0958', '+442079460958'],
  ['0044 (0)20 7946 0958', '+442079460958'],
  ['+49 (0) 30 901820', '+4930901820'],
  ['+43(0)664 123', '+43664123'],
])('the zero in brackets of %s is not part of the number', (q, prefix) => {
  expect(searchPrefixes('sms', q, [american])).toEqual([prefix]);
});

test('a national number is read in the country of the list', () => {
  expect(searchPrefixes('sms', '0664 1234567', ['+436641234560'])).toContain('+436641234567');
});

test.each([
  '+44 (0)20 7946 0958',
  '+44 (0) 20 7946 0958',
  '+44(0)2079460958',
  '(+44) (0)20 7946 0958',
  '+44 [0]20 7946 0958',
  '+44 020 7946 0958',
  '+44.20.7946.0958',
  '+44\u00a020\u20137946\u20130958',
  '0044 (0)20 7946 0958',
  '00 44 20 79460958',
  '011 44 20 7946 0958',
  'tel:+44-20-7946-0958',
  'Tel.: +44 20 7946 0958',
  '020 7946 0958',
  '(020) 7946 0958',
  '02079 460958',
  '44 20 7946 0958',
  '2079460958',
  '442079460958.0',
  '\uff10\uff12\uff10 7946 0958',
  '\u202a+442079460958\u202c',
])('%s is one British number in a list of many countries', (q) => {
  expect(searchPrefixes('sms', q, [american, '+4915123456789', '+442079460000', '+33612345678', '+390612345678'])).toContain(
    '+442079460958',
  );
});

test.each([
  ['06 1234', '+39061234'],
  ['06 12', '+33612'],
  ['0664 123', '+43664123'],
  ['8 701 234', '+7701234'],
  ['11 91234', '+551191234'],
  ['+44 020 79', '+442079'],
  ['0044 (0)20 79', '+442079'],
])('%s is the beginning of %s', (q, prefix) => {
  const samples = [american, '+390612345678', '+33612345678', '+436641234567', '+77012345678', '+5511912345678'];
  expect(searchPrefixes('sms', q, samples)).toContain(prefix);
});

test('text finds no number', () => {
  expect(searchPrefixes('sms', 'ada@example.com', [american])).toEqual([]);
});

test('email is looked for in lower case', () => {
  expect(searchPrefixes('email', '  Ada@Example ')).toEqual(['ada@example']);
});

test('no beginning contains another, so nobody is listed twice', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[0-9 ()+-]{1,14}$/), (q) => {
      const prefixes = searchPrefixes('sms', q, [american]);
      for (const a of prefixes) for (const b of prefixes) if (a !== b) expect(a.startsWith(b)).toBe(false);
    }),
  );
});
