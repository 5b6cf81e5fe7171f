import { describe, expect, test } from 'vitest';
import type { Content } from '#app/domain/content/parse-content.ts';
import { email, first, type Told, told } from '#tests/support/told-content.ts';

describe('columns', () => {
  test.each<[string, string, Partial<Content>, Told[]]>([
    ['a default', '{{ plan | default: "your" }}', {}, [['warning', 1, expect.stringContaining('default')]]],
    [
      'a default and a near name',
      '{{ frist_name | default: "you" }}',
      {},
      [['warning', 1, expect.stringContaining(`Did you mean ${first}?`)]],
    ],
    ['a default behind a filter', '{{ plan | upcase | default: "your" }}', {}, [['warning', 1, expect.stringContaining('default')]]],
    [
      'once with and once without',
      '{{ plan | default: "x" }}\n{{ plan }}',
      {},
      [
        ['error', 2, expect.anything()],
        ['warning', 1, expect.anything()],
      ],
    ],
    ['another product’s path', '{{ contact.FIRSTNAME }}', {}, [['error', 1, expect.stringContaining(first)]]],
    [
      'no contacts yet',
      `<p>\n${first}`,
      { variables: [], contacts: false },
      [['warning', 2, expect.stringContaining('checked once there are contacts')]],
    ],
    ['contacts without columns', first, { variables: [], contacts: true }, [['error', 1, expect.stringContaining('no such column')]]],
    [
      'a column called Address',
      'We ship to {{ address }}',
      { variables: ['address_2'] },
      [['warning', 1, expect.stringContaining('{{ address_2 }}')]],
    ],
    ['a column called Address that is not meant', 'We ship to {{ address_2 }}', { variables: ['address_2'] }, []],
  ])('%s', (_, html, more, expected) => {
    expect(told(email(html, more))).toEqual(expected);
  });
});

describe('slips of syntax say what to write', () => {
  test.each([
    ['{{#if city}}', '{% if city %}'],
    ['{{/if}}', '{% endif %}'],
    ['{{else}}', '{% else %}'],
    ['{{{city}}}', '{{ city | raw }}'],
    ['{{ .City }}', '{{ city }}'],
    ['{{ $city }}', '{{ city }}'],
    ['{{ city || "x" }}', 'default'],
    ['{{ city or "x" }}', 'default'],
    ['{{ city | default("x") }}', 'default'],
    ['{{ city | default: “x” }}', 'straight'],
    ['{{ city | default: &quot;x&quot; }}', 'straight'],
    ['{{ <b>city</b> }}', 'outside'],
    ['{{ first name }}', first],
    ['{{ if city }}', '{% if city %}'],
    ['{% if city = "Ulm" %}x{% endif %}', '"=="'],
    ['{% if city && first_name %}x{% endif %}', '"and"'],
    ['{% if city %}{% elseif first_name %}x{% endif %}', '{% elsif first_name %}'],
    ['{% set a = 1 %}', '{% assign a = 1 %}'],
    ['{{ city', '"}}"'],
    ['{% if city %}x', '{% endif %}'],
    ['{% endif %}', 'no {% if %} before it'],
    ['{% for a in city %}{% if city %}{% endfor %}', '{% endif %}'],
    ['{% if city == "Ulm" or "Bonn" %}x{% endif %}', 'true for everybody'],
    ['{% unless city == "Ulm" and "Bonn" %}x{% endunless %}', 'true for everybody'],
    ['{% if city == "Ulm", "Bonn" %}x{% endif %}', 'comma'],
    ['{% if city > 9,5 %}x{% endif %}', 'Write 9.5'],
    ['{% if city <> "Ulm" %}x{% endif %}', '"!="'],
    ['{% if city > %}x{% endif %}', 'not complete'],
    ['{% if city is blank %}x{% endif %}', 'Compare by'],
    ['{% if city eq "Ulm" %}x{% endif %}', 'Compare by'],
    ['{{ city == "Ulm" }}', 'yes or no'],
    ['{{ city, first_name }}', 'comma'],
    ['{{ city,fallback=Ulm }}', 'comma'],
    ['{{#if FirstName}}', '{% if first_name %}'],
  ])('%s', (template, instead) => {
    expect(told(email(`<p>\n\n${template}`))).toEqual([['error', 3, expect.stringContaining(instead)]]);
  });
});

test('what only shows when it is filled in is told before it is sent', () => {
  expect(told(email('{{ city.first }}'))).toEqual([['error', 1, expect.stringContaining('city.first')]]);
  expect(told(email('{{ city | where: "x" }}'))).toEqual([['error', 1, expect.stringContaining('no column')]]);
});

describe('reading takes no longer than the template is', () => {
  const variables = (count: number) => Array.from({ length: count }, (_, index) => `{{ v${index} }}`).join('\n');
  test.each<[string, string, RegExp]>([
    ['50,000 variables', variables(50_000), /more than 5,000 tags/],
    ['50,000 comments', '{% comment %}'.repeat(50_000), /more than 5,000 tags/],
    ['deep blocks', '{% if city %}'.repeat(2_000), /deep in each other/],
    ['many unknown variables', variables(4_000), /no such column/],
  ])('%s', (_, html, message) => {
    const problems = told(email(html));
    expect(problems[0]?.[2]).toMatch(message);
    expect(problems.length).toBeLessThanOrEqual(100);
  });

  test('a link that goes on in blanks', () => {
    expect(told(email(`<a href=${' '.repeat(500_000)}`)).length).toBeLessThanOrEqual(100);
  });

  test.each([
    '%IF',
    '<a href="#x">unsubscribe</a>',
    '[',
    '{',
    '<',
    '<a ',
    '<a href="',
    '<img ',
    '<style>',
    '<!--',
    '%',
    '*|',
    '%7B%7B',
    '#',
    '::a',
    '((a',
    '"',
    '&',
  ])('a megabyte of %s', (piece) => {
    expect(told(email(piece.repeat(1_000_000 / piece.length))).length).toBeLessThanOrEqual(100);
  });
});
