import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { htmlEngine, plainEngine } from '#app/domain/content/liquid.ts';
import { parseContent } from '#app/domain/content/parse-content.ts';
import { RenderError, renderMessage } from '#app/domain/content/render-message.ts';
import { compileSimple } from '#app/domain/content/simple-template.ts';
import type { Variables, VariableValue } from '#app/domain/content/variable-value.ts';

/** What one person gets of a template, as HTML and as text. */
function rendered(template: string, variables: Variables): { html: string; text: string } {
  const content = parseContent({
    channel: 'email',
    subject: 'S',
    html: `<p>${template}</p>`,
    text: `(${template})`,
    variables: Object.keys(variables),
  });
  const { html = '', text = '' } = renderMessage(content, { address: 'kim@example.com', variables });
  return { html: html.slice(3, -4), text: text.slice(1, -1) };
}

describe('an empty column is blank and false', () => {
  const greeting = '{% if name %}Dear {{ name }}{% else %}Hello{% endif %}';
  test.each<[string, VariableValue, string]>([
    [greeting, '', 'Hello'],
    [greeting, '   ', 'Hello'],
    [greeting, '\t\n', 'Hello'],
    [greeting, '\u00a0\u200b', 'Hello'],
    [greeting, null, 'Hello'],
    [greeting, false, 'Hello'],
    [greeting, 'Noor', 'Dear Noor'],
    [greeting, 0, 'Dear 0'],
    ['{% unless name %}none{% endunless %}', ' ', 'none'],
    ['{% unless name %}none{% else %}{{ name }}{% endunless %}', 'Ruth', 'Ruth'],
    ['{% unless name %}a{% elsif name == "Ruth" %}b{% endunless %}', 'Ruth', 'b'],
    ['{% if name and address %}both{% else %}not both{% endif %}', '', 'not both'],
    ['{% if name or address %}one{% endif %}', '', 'one'],
    ['{% if not name %}none{% endif %}', '', 'none'],
    [
      '{% if name == blank %}blank{% endif %}{% if name == empty %}, empty{% endif %}{% if name == nil %}, nil{% endif %}',
      ' ',
      'blank, empty, nil',
    ],
    ['{% if name != blank %}filled{% else %}blank{% endif %}', 'Ruth', 'filled'],
    ['{% if name == "" %}blank{% endif %}', '  ', 'blank'],
    ['{% if name != nil %}{{ name }}{% else %}nobody{% endif %}', '', 'nobody'],
    ['{{ name | default: "friend" }}', '', 'friend'],
    ['{{ name | default: "friend" }}', ' \u00a0', 'friend'],
    ['{{ name | strip | default: "friend" | upcase }}', ' ', 'FRIEND'],
    ['{{ name | default: "friend" }}', 'Ruth', 'Ruth'],
    ['{% case name %}{% when "Ruth" %}R{% when "" %}nobody{% else %}else{% endcase %}', '  ', 'nobody'],
    ['{% case name %}{% when blank %}nobody{% else %}else{% endcase %}', '', 'nobody'],
    ['{% case name %}{% when "Ruth", "Ann" %}R{% else %}else{% endcase %}', 'Ann', 'R'],
    ['{% if name == "Ann" %}1{% elsif name %}2{% else %}3{% endif %}', '', '3'],
    ['{% assign n = name | strip %}{% if n %}{{ n }}{% else %}-{% endif %}', '  ', '-'],
    ['{% capture n %} {{ name }} {% endcapture %}{% if n %}{{ n }}{% else %}-{% endif %}', '', '-'],
    ['{% assign n = name | capitalize %}{% if n == blank %}-{% else %}{{ n }}{% endif %}', '', '-'],
    ['{% if name contains "u" %}u{% else %}none{% endif %}', '', 'none'],
    ['{% if "abc" contains name %}in{% else %}not in{% endif %}', '', 'not in'],
    ['{% if name > 5 or name < 5 or name >= 0 or name <= 0 %}number{% else %}none{% endif %}', '', 'none'],
    ['{% if name == false %}no{% endif %}', '', 'no'],
  ])('%s with %j', (template, name, expected) => {
    expect(rendered(template, { name })).toEqual({ html: expected, text: expected });
  });
});

describe('numbers and yes/no compare as what they are', () => {
  const over = '{% if v > 10 %}over{% else %}not over{% endif %}';
  const vip = '{% if v %}vip{% else %}plain{% endif %}';
  const isTrue = '{% if v == true %}yes{% elsif v == false %}no{% else %}neither{% endif %}';
  test.each<[string, VariableValue, string]>([
    [over, 9, 'not over'],
    [over, '9', 'not over'],
    [over, '100', 'over'],
    [over, 10.5, 'over'],
    [over, ' 11 ', 'over'],
    [over, 'eleven', 'not over'],
    [over, '1,200', 'not over'],
    [over, true, 'not over'],
    ['{% if v < "10" %}below{% else %}not below{% endif %}', '9', 'below'],
    ['{% if v == 10 %}ten{% endif %}', '10', 'ten'],
    ['{% if v == "10" %}ten{% endif %}', 10, 'ten'],
    ['{% if v == 10 %}ten{% endif %}', '10.0', 'ten'],
    ['{% if v == "01234" %}same{% else %}other{% endif %}', '1234', 'other'],
    ['{% if v != 3 %}other{% endif %}', '4', 'other'],
    ['{% if v >= "2026-05-01" %}new{% else %}old{% endif %}', '2026-11-02', 'new'],
    ['{% case v %}{% when 3 %}three{% else %}else{% endcase %}', '3', 'three'],
    ['{% case v %}{% when true %}yes{% else %}else{% endcase %}', 'yes', 'yes'],
    [vip, true, 'vip'],
    [vip, false, 'plain'],
    [vip, 'false', 'plain'],
    [vip, 'FALSE', 'plain'],
    [vip, 'no', 'plain'],
    [vip, 'No', 'plain'],
    [vip, 'yes', 'vip'],
    [vip, 'TRUE', 'vip'],
    [vip, 0, 'vip'],
    [vip, 'Nora', 'vip'],
    [isTrue, true, 'yes'],
    [isTrue, 'True', 'yes'],
    [isTrue, 'yes', 'yes'],
    [isTrue, 1, 'yes'],
    [isTrue, '1', 'yes'],
    [isTrue, 'no', 'no'],
    [isTrue, '0', 'no'],
    [isTrue, false, 'no'],
    [isTrue, '', 'no'],
    [isTrue, 'perhaps', 'neither'],
    ['{% if v == "true" %}yes{% endif %}', true, 'yes'],
    ['{% unless v == true %}no{% endunless %}', 'no', 'no'],
    ['{% if v and address %}both{% else %}no{% endif %}', 'no', 'no'],
    ['{{ v }} {{ v | plus: 1 }}', '9', '9 10'],
    ['{{ v }} {{ v | times: 2 }}', 4.5, '4.5 9'],
    ['{{ v }}', true, 'true'],
    ['{{ v }}', false, 'false'],
    ['{{ v }}', 0, '0'],
    ['{{ v | default: "none" }}', 0, '0'],
    ['{{ v | default: "none" }}', false, 'none'],
    ['{{ v | default: "none" }}', 'no', 'no'],
    ['{% if v contains "12" %}in{% endif %}', 3123, 'in'],
  ])('%s with %j', (template, v, expected) => {
    expect(rendered(template, { v })).toEqual({ html: expected, text: expected });
  });
});

describe('a date is read in one way or not at all, wherever the server stands', () => {
  const day = '{{ v | date: "%d.%m.%Y" }}';
  const time = '{{ v | date: "%d.%m.%Y %H:%M" }}';
  test.each<[string, VariableValue, string]>([
    [day, '2026-03-04', '04.03.2026'],
    [day, '2026-3-4', '04.03.2026'],
    [day, '2026/03/04', '04.03.2026'],
    [day, '20260304', '04.03.2026'],
    [day, 20260304, '04.03.2026'],
    [day, 'March 4, 2026', '04.03.2026'],
    [day, '4 Mar 2026', '04.03.2026'],
    [day, '03/04/2026', '03/04/2026'],
    [day, '04.03.2026', '04.03.2026'],
    [day, '03.04.2026', '03.04.2026'],
    [day, '13/04/2026', '13/04/2026'],
    [day, '2026-06-31', '2026-06-31'],
    [day, '46085', '46085'],
    [day, 'soon', 'soon'],
    [day, '', ''],
    [day, ' ', ' '],
    [time, '2026-03-04 23:30', '04.03.2026 23:30'],
    [time, '2026-03-04T23:30:00Z', '04.03.2026 23:30'],
    [time, '2026-03-04T23:30:00-08:00', '04.03.2026 23:30'],
    ['{{ v | date: "%d.%m.%Y", "America/New_York" }}', '2026-03-04', '04.03.2026'],
    ['{{ v | date_to_string }}', '2026-03-04', '04 Mar 2026'],
    ['{{ v | date_to_string }}', '03/04/2026', '03/04/2026'],
  ])('%s with %j', (template, v, expected) => {
    const zone = process.env.TZ;
    try {
      for (const TZ of ['UTC', 'America/Los_Angeles', 'Pacific/Auckland']) {
        process.env.TZ = TZ;
        expect(rendered(template, { v })).toEqual({ html: expected, text: expected });
      }
    } finally {
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
    }
  });
});

describe('the size of a column', () => {
  const filled = '{% if v.size > 0 %}{{ v.size }}{% else %}none{% endif %}';
  test.each<[VariableValue, string]>([
    ['abc', '3'],
    ['', 'none'],
    ['  ', 'none'],
    [5, '1'],
    [true, '4'],
    [null, 'none'],
  ])('%j', (v, expected) => expect(rendered(filled, { v })).toEqual({ html: expected, text: expected }));
});

describe('a word that is not there is blank', () => {
  test.each<[string, VariableValue, string]>([
    ['{% assign words = v | split: " " %}{{ words[1] }}|{{ words.last }}', 'Mary Ann', 'Ann|Ann'],
    ['{% assign words = v | split: " " %}{{ words[1] }}|{{ words.first }}', 'Mary', '|Mary'],
    ['{% assign words = v | split: " " %}{{ words[0] | default: "friend" }}|{{ words.first }}', '', 'friend|'],
    ['{{ v[0] }}.', 'Mary', 'M.'],
    ['{{ v[0] }}.', '', '.'],
  ])('%s with %j', (template, v, expected) => expect(rendered(template, { v })).toEqual({ html: expected, text: expected }));
});

describe('escaping happens once', () => {
  const v = 'Tom & <b>Jo</b>\n"x"';
  const escaped = 'Tom &amp; &lt;b&gt;Jo&lt;/b&gt;\n&#34;x&#34;';
  const broken = escaped.replace('\n', '<br />\n');
  test.each<[string, string, string]>([
    ['{{ v }}', escaped, v],
    ['{{ v | escape }}', escaped, v],
    ['{{ v | escape_once }}', escaped, v],
    ['{{ v | xml_escape }}', escaped, v],
    ['{{ v | escape | escape }}', escaped, v],
    ['{{ v | escape | raw }}', escaped, v],
    ['{{ v | raw }}', v, v],
    ['{{ v | raw | escape }}', v, v],
    ['{{ v | newline_to_br }}', broken, v],
    ['{{ v | escape | newline_to_br }}', broken, v],
    ['{{ v | newline_to_br | escape }}', broken, v],
    ['{{ v | newline_to_br | raw }}', broken, v],
    ['{{ v | raw | newline_to_br }}', v.replace('\n', '<br />\n'), v],
    ['{{ v | strip_html }}', 'Tom &amp; Jo\n&#34;x&#34;', 'Tom & Jo\n"x"'],
    ['{{ v | strip_html | escape }}', 'Tom &amp; Jo\n&#34;x&#34;', 'Tom & Jo\n"x"'],
    ['{{ v | strip_html | newline_to_br }}', 'Tom &amp; Jo<br />\n&#34;x&#34;', 'Tom & Jo\n"x"'],
    ['{{ v | escape | upcase }}', 'TOM &amp; &lt;B&gt;JO&lt;/B&gt;\n&#34;X&#34;', v.toUpperCase()],
    ['{{ v | escape | truncate: 6, "" }}', 'Tom &amp; ', 'Tom & '],
    ['{{ v | append: "!" }}', `${escaped}!`, `${v}!`],
    ['{{ v | append: " & co" }}', `${escaped} &amp; co`, `${v} & co`],
    ['{{ v | escape | append: "<br>" }}', `${escaped}<br>`, `${v}<br>`],
    ['{{ v | escape | append: v }}', escaped + escaped, v + v],
    ['{{ v | newline_to_br | append: v }}', broken + escaped, v + v],
    ['{{ v | prepend: "x" }}', `x${escaped}`, `x${v}`],
    ['{{ v | url_encode }}', encodeURIComponent(v).replace(/%20/g, '+'), encodeURIComponent(v).replace(/%20/g, '+')],
    ['{{ v | escape | url_encode }}', encodeURIComponent(v).replace(/%20/g, '+'), encodeURIComponent(v).replace(/%20/g, '+')],
    [
      '{% capture c %}{{ v }}{% endcapture %}{{ c | url_encode }}',
      encodeURIComponent(v).replace(/%20/g, '+'),
      encodeURIComponent(v).replace(/%20/g, '+'),
    ],
    ['{% capture c %}{{ v }}{% endcapture %}{{ c }}', escaped, v],
    ['{% capture c %}<i>{{ v | escape }}</i>{% endcapture %}{{ c }}', `<i>${escaped}</i>`, `<i>${v}</i>`],
    ['{% capture c %}<i>{% endcapture %}{{ v | append: c }}', `${escaped}<i>`, `${v}<i>`],
    ['{% assign c = v %}{{ c }}', escaped, v],
    ['{% assign c = v | escape %}{{ c }}', escaped, v],
    ['{% assign c = v | newline_to_br %}{{ c }}', broken, v],
    ['{% assign c = v | raw %}{{ c }}', v, v],
    ['{% echo v %}', escaped, v],
    ['{% echo v | escape %}', escaped, v],
    ['{% assign lines = v | newline_to_br | split: "<br />" %}{{ lines | first }}', 'Tom &amp; &lt;b&gt;Jo&lt;/b&gt;', v],
    [
      '{% assign words = v | split: " " %}{% for w in words %}{{ w }},{% endfor %}',
      `${escaped.split(' ').join(',')},`,
      `${v.split(' ').join(',')},`,
    ],
    ['{{ nothing | default: "R&D" }}', 'R&amp;D', 'R&D'],
    ['{{ nothing | default: v }}', escaped, v],
    ['{{ nothing | newline_to_br | default: v }}', escaped, v],
    ['{{ "<i>" | append: v }}', `&lt;i&gt;${escaped}`, `<i>${v}`],
    ['{% if v == "x" %}{% else %}{{ v | escape }}{% endif %}', escaped, v],
    ['{% assign e = v | escape %}{% if e == v %}same{% endif %}', 'same', 'same'],
  ])('%s', (template, html, text) => {
    expect(rendered(template, { v, nothing: '' })).toEqual({ html, text });
  });

  test('what is an entity already stays one with escape_once', () => {
    expect(rendered('{{ v | escape_once }}', { v: 'Jo &amp; Al &eacute; <' }).html).toBe('Jo &amp; Al &eacute; &lt;');
    expect(rendered('{{ v | strip_html }}', { v: '<p>Jo &amp; Al</p>' })).toEqual({ html: 'Jo &amp; Al', text: 'Jo & Al' });
  });

  test('a subject is not escaped', () => {
    const content = parseContent({ channel: 'email', subject: '{{ v | escape }}', html: '<p>x', text: null, variables: ['v'] });
    expect(renderMessage(content, { address: 'kim@example.com', variables: { v: 'Jo & Al' } }).subject).toBe('Jo & Al');
  });
});

describe('a message has a size, and its making an end', () => {
  test.each<[string, Variables]>([
    ['{% for i in (1..99999) %}{% endfor %}', {}],
    ['{% for i in (1..2000) %}{% for j in (1..2000) %}{% endfor %}{% endfor %}', {}],
    ['{% for i in (1..4000000) %}x{% endfor %}', {}],
    ['{% assign a = (1..2000000) | map: "x" %}', {}],
    [
      '{% capture a %}{% for i in (1..50000) %}xxxxxxxxxxxxxxxxxxxx{% endfor %}{% endcapture %}{% for i in (1..9) %}{{ a }}{% endfor %}',
      {},
    ],
    ['{{ v }}'.repeat(200), { v: 'x'.repeat(10_000) }],
    ['{{ v | upcase }}'.repeat(200), { v: 'x'.repeat(10_000) }],
  ])('%s', (template, variables) => {
    expect(() => rendered(template, variables)).toThrow(RenderError);
    expect(() => rendered(template, variables)).toThrow(/too (?:long|large)/);
  });

  test('a text that is long by itself can be sent', () => {
    const text = 'x'.repeat(700_000);
    const content = parseContent({ channel: 'email', subject: 'S', html: null, text: `${text}{{ v }}`, variables: ['v'] });
    expect(renderMessage(content, { address: 'kim@example.com', variables: { v: 'y' } }).text).toHaveLength(700_001);
  });
});

test('the shortcut gives what Liquid gives, whatever a column holds', () => {
  const value = fc.oneof(fc.string(), fc.integer(), fc.double({ noNaN: true }), fc.boolean(), fc.constant(null));
  fc.assert(
    fc.property(value, fc.constantFrom('{{ a }}', 'x {{a}}<{{ b }}>', '{{ a }}{{ b }}'), (a, template) => {
      const scope = { a, b: '&' };
      for (const [escapes, engine] of [
        [true, htmlEngine],
        [false, plainEngine],
      ] as const) {
        const simple = compileSimple(template, new Set(['a', 'b']), escapes);
        expect(simple?.render(scope)).toBe(engine.parseAndRenderSync(template, scope));
      }
    }),
  );
});
