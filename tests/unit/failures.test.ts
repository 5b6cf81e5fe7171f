import { expect, test } from 'vitest';
import { failureTexts } from '#app/domain/failures.ts';

test.each(Object.entries(failureTexts))('%s, which is final, promises nothing and points nowhere', (_, { label, advice }) => {
  expect(`${label}. ${advice}`).not.toMatch(/by itself|automatic|below|above|is tried again/i);
});
