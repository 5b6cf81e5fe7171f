import { expect, test } from 'vitest';
import { withoutDefault } from '#app/domain/content/defaults.ts';
import { examineContent } from '#app/domain/content/examine-content.ts';

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

test('what is empty for some is asked for columns only: a name that is none has a problem of its own', () => {
  const content = {
    channel: 'email',
    subject: '{{ frist_name }}',
    html: null,
    text: 'Hi {{ first_name }}, {{ plan | default: "x" }}',
  } as const;
  const { needed, problems } = examineContent({ ...content, variables: ['first_name', 'plan'] }, null);
  expect(needed).toEqual(['first_name']);
  expect(problems).toMatchObject([{ field: 'subject', severity: 'error', message: expect.stringContaining('no such column') }]);
  expect(examineContent({ ...content, variables: [] }, null).needed).toEqual([]);
});
