import { expect, test } from 'vitest';
import { withoutDefault } from '#app/domain/content/defaults.ts';

test.each([
  ['Hello {{ first_name }}', true],
  ['Hello {{first_name | upcase}}', true],
  ['Hello {{ first_name | default: "there" }}', false],
  ['{{ first_name | default: "a" }} and {{- first_name -}}', true],
  ['{% if first_name %}Hello{% endif %}', false],
  ['{{ first_name_2 }}', false],
])('%s needs a value: %s', (template, needed) => {
  expect(withoutDefault(template, 'first_name')).toBe(needed);
});
