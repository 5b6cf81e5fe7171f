import { describe, expect, test } from 'vitest';
import { maskLiquid, replaceTags } from '#app/domain/content/mask-template.ts';

describe('Liquid’s tags stand aside while the rest is read', () => {
  test.each([
    ['Dear {{ name }}, hello', 'Dear ··········, hello'],
    ['{% if a %}b{% endif %}', '··········b···········'],
    ['{{ "}" }} {{{ raw }}}.', '········· ···········.'],
    ['a {{ b', 'a {{ b'],
    ['a {% b }} {{ c }}', 'a {% b }} ·······'],
    ['{{ a {{ b }} c', '············ c'],
    ['{{ a %} b {% c %}', '{{ a %} b ·······'],
    ['{ a } {{}} %}', '{ a } ···· %}'],
    ['{{ a\n}}', '····\n··'],
  ])('%s', (template, shown) => {
    expect(replaceTags(template, (tag) => tag.replace(/[^\n]/g, '·'))).toBe(shown);
    expect(maskLiquid(template)).toBe(shown.replaceAll('·', ' '));
  });

  test('one that is long is one; one that goes on for long into another is none', () => {
    const long = 'y'.repeat(3_000);
    expect(maskLiquid(`{{ x | append: "${long}" }}.`).trim()).toBe('.');
    expect(maskLiquid(`{{ a ${long} {{ b }}.`)).toBe(`{{ a ${long}        .`);
  });

  // Two thousand steps for each of them would take a minute.
  test.each(['{{', '{%', '{{ a %}', '{% a }}', '{'])('two megabytes of %s are read once', (part) => {
    const many = part.repeat(2_000_000 / part.length);
    expect(maskLiquid(many)).toHaveLength(many.length);
    expect(maskLiquid(`${many}}}%}`)).toHaveLength(many.length + 4);
  });
});
