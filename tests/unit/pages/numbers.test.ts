import { expect, test } from 'vitest';
import { numberWords } from '#app/components/number.tsx';

test.each([
  [0.5, 'en-US', '0.5'],
  [0.05, 'de', '0,05'],
  [1, 'en-US', '1'],
  [1_200, 'en-US', '1,200'],
])('a rate of %s is written as it is (%s)', (rate, locale, words) => {
  expect(numberWords(locale).rate(rate)).toBe(words);
});
