import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countdownText, estimateText, lastedText, tookText } from '#app/domain/durations.ts';

test.each([
  [0, '0 s'],
  [-500, '0 s'],
  [1, '1 s'],
  [3000, '3 s'],
  [3001, '4 s'],
  [59_001, '1 min 00 s'],
  [125_000, '2 min 05 s'],
  [3_720_000, '1 h 02 min'],
  [47 * 3_600_000, '47 h 00 min'],
  [76.5 * 3_600_000, '3 d 4 h'],
])('a countdown of %i ms reads %s', (ms, text) => {
  expect(countdownText(ms)).toBe(text);
});

test.each([
  [0, 'less than 10 s'],
  [12, 'about 10 s'],
  [54, 'about 50 s'],
  [55, 'about 1 min'],
  [125, 'about 2 min'],
  [3600, 'about 1 h'],
  [4800, 'about 1 h 20 min'],
  [3 * 86_400, 'about 3 days'],
])('an estimate of %i s reads %s', (seconds, text) => {
  expect(estimateText(seconds)).toBe(text);
});

test.each([
  [12.4, '12 ms'],
  [1234, '1.2 s'],
  [38_900, '38 s'],
  [125_000, '2 min 05 s'],
])('what took %d ms reads %s', (ms, text) => {
  expect(tookText(ms)).toBe(text);
});

test.each([
  [0, 'less than a second'],
  [515, 'less than a second'],
  [1_999, '1 s'],
  [8_400, '8 s'],
  [125_999, '2 min 05 s'],
])('a sending of %d ms lasted %s', (ms, text) => {
  expect(lastedText(ms)).toBe(text);
});

test('a countdown says nothing is left only when nothing is', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 100_000_000 }), (ms) => countdownText(ms) !== '0 s'));
});
