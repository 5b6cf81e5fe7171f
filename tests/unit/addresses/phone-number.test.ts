import { describe, expect, test } from 'vitest';
import { addressSentence } from '#app/domain/addresses/address-reading.ts';
import { type BareNumbers, isCountry, readPhone } from '#app/domain/addresses/phone-number.ts';

const twoCountries = /could be a number of two countries. Write it with \+/;
const twice = /could be a number of two countries. Country codes may stand in it twice/;
const lost = /spreadsheet/;
const twoNumbers = /more than one number/;
const extension = /extension/;
const none = /^This is not a phone number. Write it with its country code/;
const nothing = /^Enter a phone number/;

type Country = Parameters<typeof isCountry>[0] & ('US' | 'DE' | 'AT' | 'ID' | 'XK' | 'GB' | 'IN' | 'NO' | 'IT' | 'CN' | 'FR' | 'MX' | 'BD');

describe('a number is read where it has one reading', () => {
  test.each<[string, Country | undefined, string]>([
    ['(201) 555-0123', 'US', '+12015550123'],
    ['1-201-555-0123', 'US', '+12015550123'],
    ['2015550123', undefined, '+12015550123'],
    ['+49 (0)30 123456', 'US', '+4930123456'],
    ['+44 (0)20 7946 0018', undefined, '+442079460018'],
    ['0151 23456789', 'DE', '+4915123456789'],
    ['0049 151 23456789', 'DE', '+4915123456789'],
    ['0049 151 23456789', undefined, '+4915123456789'],
    ['011 49 151 23456789', undefined, '+4915123456789'],
    ['011 49 151 23456789', 'GB', '+4915123456789'],
    ['0114 496 0123', 'GB', '+441144960123'],
    ['(+49) 151 23456789', undefined, '+4915123456789'],
    ['tel:+12015550123', 'DE', '+12015550123'],
    ['whatsapp:+4915123456789', undefined, '+4915123456789'],
    ['p:+12015550123', undefined, '+12015550123'],
    ['Mobile: 0151 23456789', 'DE', '+4915123456789'],
    ["'+4915123456789", undefined, '+4915123456789'],
    ['="015123456789"', 'DE', '+4915123456789'],
    ['+4915123456789;', undefined, '+4915123456789'],
    ['“+49 151 23456789”', undefined, '+4915123456789'],
    ['+49\u00a0151\u202f23456789', undefined, '+4915123456789'],
    ['\u202a+44 7911 123456\u202c', undefined, '+447911123456'],
    ['\u200e+447911123457', undefined, '+447911123457'],
    ['+44\u200b7911\u00ad123458', undefined, '+447911123458'],
    ['\uff0b\uff14\uff19 151 23456789', undefined, '+4915123456789'],
    ['+٤٩ ١٥١ ٢٣٤٥٦٧٨٩', undefined, '+4915123456789'],
    // A spreadsheet took it for an amount; one reading is left.
    ['1701234567.0', 'DE', '+491701234567'],
    ['6641234567.0', 'AT', '+436641234567'],
    ['812345678.0', 'ID', '+62812345678'],
    ['43201234.0', 'XK', '+38343201234'],
    ['1701234567,00', 'DE', '+491701234567'],
    ['2015550123.0', 'US', '+12015550123'],
    ['+491701234568.0', 'DE', '+491701234568'],
    ['4.47911123456E+11', 'GB', '+447911123456'],
    // The plus was dropped, and no other country has such a number.
    ['447911123456', 'US', '+447911123456'],
    ['447911123456', 'GB', '+447911123456'],
    ['33612345678', 'FR', '+33612345678'],
    ['4915123456789', undefined, '+4915123456789'],
    ['436641234567', 'AT', '+436641234567'],
    // How people write it where no 0 stands in front, said to be of that country.
    ['4792345678', 'US', '+14792345678'],
    ['(479) 234-5678', undefined, '+14792345678'],
    ['13055678901', 'CN', '+8613055678901'],
    ['92345678', 'NO', '+4792345678'],
    ['3331234567', 'IT', '+393331234567'],
    ['+49 4921 12345', 'DE', '+49492112345'],
    ['0170 / 12 34 567', 'DE', '+491701234567'],
    // Mexico's 1 of before 2019.
    ['+52 1 55 1234 5678', undefined, '+525512345678'],
    ['5215512345678', 'MX', '+525512345678'],
    ['०१७०१२३४५६७', 'DE', '+491701234567'],
    ['০১৭১২৩৪৫৬৭৮', 'BD', '+8801712345678'],
    ['+4915123456789\u001a', 'DE', '+4915123456789'],
  ])('%j of %s is %s', (raw, country, number) => {
    expect(readPhone(raw, { country })).toMatchObject({ address: number, fault: null });
  });
});

describe('what can mean two numbers, or none, is refused with the reason', () => {
  test.each<[string, Country | undefined, RegExp]>([
    ['491701234567', 'DE', twoCountries],
    ['491701234567.0', 'DE', twoCountries],
    ['49 170 1234567', 'DE', twoCountries],
    ['62812345678', 'ID', twoCountries],
    ['38344123456', 'XK', twoCountries],
    ['447911123456', 'DE', twoCountries],
    ['15123456789', 'DE', twoCountries],
    ['4792345678', undefined, twoCountries],
    ['4792345678.0', 'US', twoCountries],
    ['13055678901.0', 'CN', twoCountries],
    // The 0 of ".0" without its point, an extension, a slip: a stranger in Egypt or Switzerland.
    ['20155501230', 'US', twoCountries],
    ['2015550123 2', 'US', twoCountries],
    ['201 555 0123 45', undefined, twoCountries],
    ['41555526713', 'US', twoCountries],
    ['1 55 1234 5678', 'MX', twoCountries],
    // A country code, or a 0, put before numbers that had one.
    ['+49 49 170 1234567', 'DE', twice],
    ['004949170 1234567', undefined, twice],
    ['0491701234567', 'DE', twice],
    ['+49447911123456', 'DE', twice],
    ['+6262812345678', 'ID', twice],
    ['+383 383 43 201 234', 'XK', twice],
    ['4.47911E+11', 'GB', lost],
    ['4,47911E+11', 'DE', lost],
    ['2.0155E+09', 'US', lost],
    ['0151.2345678.0', 'DE', lost],
    ['0151 23456789 / 0170 1234567', 'DE', twoNumbers],
    ['0151 23456789, 0170 1234567', 'DE', twoNumbers],
    ['+12015550123;+12015550124', 'US', twoNumbers],
    ['+12015550123 +12015550124', 'US', twoNumbers],
    ['2015550123 or 2015550124', 'US', twoNumbers],
    ['030 123456/7', 'DE', twoNumbers],
    ['030 901820-22/-23', 'DE', twoNumbers],
    ['+44 7911 123456 x12', undefined, extension],
    ['201-555-0123 ext. 4', 'US', extension],
    ['201-555-0123, 12', 'US', extension],
    ['201-555-0123,,12#', undefined, extension],
    ['', 'US', nothing],
    [' \u200b ', 'US', nothing],
    ['n/a', 'US', none],
    ['call me', 'US', none],
    ['12345', 'US', none],
    ['(201) 555', 'US', none],
    ['+44 79l1 123456', 'GB', none],
    ['+49 151 23456789 Ana', 'DE', none],
    ['+999 1234567', 'US', none],
    ['O151 23456789', 'DE', none],
    ['151 23456789 Ana', 'DE', none],
    ['-15123456789', 'DE', none],
    ['1-800-FLOWERS', 'US', none],
    ['tel:+1-201-555-0123;ext=4', 'US', extension],
    ['0151 23456789', undefined, /has no country code/],
    ['020 7946 0958', undefined, /has no country code/],
    ['020 7946 0958', 'US', none],
    ['='.repeat(1000), 'US', none],
    ['9'.repeat(1000), 'US', none],
  ])('%j of %s: %s', (raw, country, words) => {
    const reading = readPhone(raw, { country });
    expect(reading.address).toBeNull();
    expect(addressSentence('sms', reading)).toMatch(words);
  });
});

test.each<[string, BareNumbers, string | null]>([
  ['491701234567', 'international', '+491701234567'],
  ['491701234567', 'national', '+49491701234567'],
  ['15123456789', 'international', '+15123456789'],
  ['15123456789', 'national', '+4915123456789'],
  ['447911123456.0', 'international', '+447911123456'],
  ['1701234567', 'international', null],
  ['0170 1234567', 'international', '+491701234567'],
  ['+447911123456', 'national', '+447911123456'],
])('%s where bare numbers are %s is %s', (raw, bare, number) => {
  expect(readPhone(raw, { country: 'DE', bare }).address).toBe(number);
});

test('knows countries', () => {
  expect([isCountry('US'), isCountry('DE'), isCountry('XX'), isCountry('us'), isCountry('')]).toEqual([true, true, false, false, false]);
});
