import { describe, expect, test } from 'vitest';
import { checkContent } from '#app/domain/content/check-content.ts';
import type { Content } from '#app/domain/content/parse-content.ts';
import { personalFields } from '#app/domain/content/personal-fields.ts';
import { smsLength } from '#app/domain/content/sms-segments.ts';

const email: Content = {
  channel: 'email',
  subject: 'Hello',
  html: '<p>Hi</p>',
  text: null,
  variables: ['first_name', 'last_name', 'plan'],
};
const sms: Content = { channel: 'sms', subject: null, html: null, text: 'Hi', variables: ['first_name'] };

describe('checkContent', () => {
  test.each<[string, Content]>([
    [
      'what is made of an address, which nobody lacks',
      { ...email, text: '{% assign who = address | split: "@" | first %}Hello {{ who }}' },
    ],
    ['plain email', email],
    ['plain SMS', sms],
    [
      'variables, filters, conditions',
      { ...email, html: '{% if plan == "pro" %}{{ first_name | capitalize }}{% else %}{{ address }}{% endif %}' },
    ],
    ['own variables', { ...email, text: '{% assign greeting = "Hi" %}{{ greeting }} {% for word in plan %}{{ word }}{% endfor %}' }],
    ['braces that are no tags', { ...email, html: '<style>p { color: red }</style>' }],
    ['a subject that may turn out empty', { ...email, subject: '{{ plan }}' }],
  ])('nothing to say about: %s', (_, content) => {
    expect(checkContent(content)).toEqual([]);
  });

  test.each<[string, Partial<Content>, Content, object]>([
    ['no subject', { subject: ' ' }, email, { field: 'subject', severity: 'error', message: 'The email has no subject.' }],
    ['no body', { html: '', text: null }, email, { field: 'html', severity: 'error' }],
    ['no SMS text', { text: null }, sms, { field: 'text', severity: 'error' }],
    ['SMS too long', { text: 'x'.repeat(1601) }, sms, { field: 'text', message: expect.stringContaining('1600') }],
    [
      'misspelt',
      { html: '\n{{ frist_name }}' },
      email,
      { field: 'html', line: 2, message: expect.stringContaining('Did you mean {{ first_name }}?') },
    ],
    [
      'another case',
      { subject: '{{ firstName }}' },
      email,
      { field: 'subject', line: 1, message: expect.stringContaining('Did you mean {{ first_name }}?') },
    ],
    ['short for', { html: '{{ last }}' }, email, { message: expect.stringContaining('Did you mean {{ last_name }}?') }],
    ['the address column', { html: '{{ email }}' }, email, { message: expect.stringContaining('Use {{ address }}') }],
    [
      'nothing like it',
      { html: '{{ voucher }}' },
      email,
      { message: expect.stringContaining('There are: {{ first_name }}, {{ last_name }}, {{ plan }}.') },
    ],
    ['no contacts yet', { html: '{{ voucher }}', variables: [] }, email, { message: expect.stringContaining('Import contacts') }],
    ['inside a condition', { html: '{% if vip %}x{% endif %}' }, email, { message: expect.stringContaining('{{ vip }}') }],
    ['open braces', { html: '<p>\n\n{{ first_name </p>' }, email, { line: 3, message: expect.stringContaining('"}}"') }],
    ['open tag', { html: '{% if plan ' }, email, { line: 1, message: expect.stringContaining('"%}"') }],
    ['no end', { html: 'x\n{% if plan %}y' }, email, { line: 2, message: '{% if plan %} has no end: add {% endif %}.' }],
    ['end without beginning', { html: '{% endif %}' }, email, { message: '{% endif %} has no {% if %} before it.' }],
    ['unknown tag', { html: '{% unles plan %}' }, email, { message: 'There is no tag "unles". Did you mean "unless"?' }],
    [
      'unknown filter',
      { html: '{{ plan | captalize }}' },
      email,
      { message: 'There is no filter "captalize". Did you mean "capitalize"?' },
    ],
    ['empty braces', { html: '{{ }}' }, email, { message: expect.stringContaining('nothing between the braces') }],
    ['name with a space', { html: '{{ first name }}' }, email, { message: expect.stringContaining('{{ first_name }}') }],
    ['property of a text', { html: '{{ plan.price }}' }, email, { line: 1, severity: 'error' }],
    ['too much work', { text: '{% for i in (1..100000000) %}x{% endfor %}' }, email, { message: expect.stringContaining('loop') }],
    ['another product’s tag', { html: 'Hi *|FNAME|*' }, email, { severity: 'warning', message: expect.stringContaining('*|FNAME|*') }],
  ])('%s', (_, change, base, problem) => {
    const problems = checkContent({ ...base, ...change });
    expect(problems).toEqual([expect.objectContaining(problem)]);
    expect(problems[0]?.message).toMatch(/[.?]$/);
  });

  test('several problems are all told, each once', () => {
    const problems = checkContent({ ...email, subject: '{{ x1 }} {{ x1 }}', html: '{% if %}', text: '{{ x2 }}' });
    expect(problems.map((problem) => problem.field).sort()).toEqual(['html', 'subject', 'text']);
  });
});

test('personalFields are the columns that are used, in order of appearance', () => {
  expect(
    personalFields({
      ...email,
      subject: 'For {{ plan }}',
      html: '{{ first_name }}{{ address }}{% assign x = last_name %}{{ x }}{{ plan }}',
    }),
  ).toEqual(['plan', 'first_name', 'last_name']);
  expect(personalFields(email)).toEqual([]);
});

test.each([
  ['', 0, 'GSM-7', []],
  ['a'.repeat(160), 1, 'GSM-7', []],
  ['a'.repeat(161), 2, 'GSM-7', []],
  [`${'a'.repeat(70)}ł`, 2, 'UCS-2', ['ł']],
  ['\u{1f600}', 1, 'UCS-2', ['\u{1f600}']],
] as const)('SMS length of %j', (text, segments, encoding, outsideGsm7) => {
  expect(smsLength(text)).toMatchObject({ segments, encoding, outsideGsm7 });
});
