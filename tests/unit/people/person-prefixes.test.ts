import fc from 'fast-check';
import { expect, test } from 'vitest';
import { byPerson, type PersonMessage, type SuppressedAddress } from '#app/domain/people/person.ts';
import { personPrefixes } from '#app/domain/people/person-prefixes.ts';

test.each([
  ['Ana <ANA@Example.com>', ['ana@example.com']],
  [' mailto:ana@example.com ', ['ana@example.com']],
  ['AN', ['an']],
  ['', []],
  ['   ', []],
])('%s looks for %s', (q, expected) => {
  expect(personPrefixes(q, [])).toEqual(expected);
});

test.each(['+49 151 23456789', '0049-151-23456789', '0151/23456789', 'tel:+49 151 23456789', '+49\u00a0151\u201323456789'])(
  '%s is one German number',
  (q) => {
    expect(personPrefixes(q, ['+4930123456'])).toContain('+4915123456789');
  },
);

test('a number is read as one of every country that messages go to', () => {
  expect(personPrefixes('0151 234', ['+4930123456', '+33612345678'])).toEqual(expect.arrayContaining(['+49151234']));
  expect(personPrefixes('(201) 555', [])).toContain('+1201555');
});

test('no beginning is the beginning of another, or people would be listed twice', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[+0]?[\d ()./-]{0,14}$/)), (q) => {
      const prefixes = personPrefixes(q, ['+4930123456', '+12015550123', '+33612345678']);
      for (const a of prefixes) for (const b of prefixes) expect(a !== b && a.startsWith(b)).toBe(false);
    }),
  );
});

test('messages are put together by person, in their order', () => {
  const message = (id: number, address: string) =>
    ({ campaign: { id, name: `C${id}`, channel: 'email', status: 'SENT' }, recipient: { id, address } }) as PersonMessage;
  const suppressed = {
    id: 1,
    address: 'b@example.com',
    reason: 'stop' as const,
    created_at: '2026-01-01T00:00:00.000Z',
    reasons: [],
  } satisfies SuppressedAddress;
  const people = byPerson([message(3, 'a@example.com'), message(1, 'a@example.com'), message(2, 'b@example.com')], [suppressed]);
  expect(
    people.map(({ address, messages, suppressed }) => [address, messages.map(({ recipient }) => recipient.id), suppressed?.reason]),
  ).toEqual([
    ['a@example.com', [3, 1], undefined],
    ['b@example.com', [2], 'stop'],
  ]);
});
