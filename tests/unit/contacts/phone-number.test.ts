import { describe, expect, test } from 'vitest';
import { isCountry, normalisePhone } from '#app/domain/contacts/phone-number.ts';

describe('normalisePhone', () => {
  test.each([
    ['(201) 555-0123', 'US', '+12015550123'],
    ['1-201-555-0123', 'US', '+12015550123'],
    ['+49 (0)30 123456', 'US', '+4930123456'],
    ['0151 23456789', 'DE', '+4915123456789'],
    ['0049 151 23456789', 'DE', '+4915123456789'],
    ['tel:+12015550123', 'DE', '+12015550123'],
  ] as const)('%s in %s is %s', (raw, country, number) => {
    expect(normalisePhone(raw, country)).toBe(number);
  });

  test.each([
    '',
    'n/a',
    'call me',
    '12345',
    '(201) 555',
    '+1 201 555 0123 or 4',
    '201-555-0123 x4',
    '+999 1234567',
    '2.0155E+09',
    '='.repeat(1000),
  ])('%j is no number that takes messages', (raw) => {
    expect(normalisePhone(raw, 'US')).toBeNull();
  });

  test('knows countries', () => {
    expect([isCountry('US'), isCountry('DE'), isCountry('XX'), isCountry('us'), isCountry('')]).toEqual([true, true, false, false, false]);
  });
});
