import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { htmlEngine, plainEngine } from '#app/domain/content/liquid.ts';
import { type Content, parseContent } from '#app/domain/content/parse-content.ts';
import { RenderError, renderMessage, sharedBody } from '#app/domain/content/render-message.ts';
import { compileSimple } from '#app/domain/content/simple-template.ts';

const email: Content = { channel: 'email', subject: 'Hello', html: null, text: 'Hi', variables: ['first_name', 'plan'] };
const sms: Content = { channel: 'sms', subject: null, html: null, text: 'Hi', variables: ['first_name', 'plan'] };
const large = /^The message becomes too large\./;
const endless = /^The template takes too long or becomes too large\./;
const loops = (inside: string) => ['a', 'b', 'i'].reduceRight((body, name) => `{% for ${name} in (1..100) %}${body}{% endfor %}`, inside);
const ana = { address: 'ana@example.com', variables: { first_name: 'Ana <b>&', plan: '' } };

const render = (content: Partial<Content>, base = email) => renderMessage(parseContent({ ...base, ...content }), ana);

describe('renderMessage', () => {
  test('HTML is escaped unless it says raw; subject and text are as they are', () => {
    expect(
      render({
        subject: 'For {{ first_name }}',
        html: '<p>{{ first_name }} {{ first_name | raw }} {{ address }}</p>',
        text: '{{ first_name }}',
      }),
    ).toEqual({
      subject: 'For Ana <b>&',
      html: '<p>Ana &lt;b&gt;&amp; Ana <b>& ana@example.com</p>',
      text: 'Ana <b>&',
    });
  });

  test('a column that is empty, or that this recipient lacks, is empty', () => {
    const message = renderMessage(parseContent({ ...email, text: '[{{ plan }}{{ first_name }}] {{ plan | default: "free" }}' }), {
      address: 'a@example.com',
      variables: {},
    });
    expect(message.text).toBe('[] free');
  });

  test('a subject stays one header line', () => {
    const content = parseContent({ ...email, subject: ' {{ first_name }}\n' });
    const variables = { first_name: 'A\r\nBcc: x@example.com\u0000\u2028\u0007b' };
    expect(renderMessage(content, { address: 'a@example.com', variables }).subject).toBe('A Bcc: x@example.com b');
  });

  test('SMS has a text only, without control characters', () => {
    const content = parseContent({ ...sms, subject: 'x', html: '<p>', text: 'Hi {{ first_name }}\n\u0000' });
    expect(renderMessage(content, { address: '+12015550123', variables: { first_name: 'A\u0007na' } })).toEqual({ text: 'Hi Ana\n' });
  });

  test.each<[string, Partial<Content>, Content, string, RegExp?]>([
    ['empty subject', { subject: '{{ plan }}' }, email, 'subject'],
    ['empty body', { html: ' {{ plan }}\n', text: '' }, email, 'html'],
    ['empty SMS', { text: '{{ plan }}' }, sms, 'text'],
    ['unknown variable', { text: '{{ nope }}' }, email, 'text'],
    ['broken template', { html: '{% if plan %}' }, email, 'html'],
    ['endless loop', { text: '{% for i in (1..100000000) %}x{% endfor %}' }, email, 'text'],
    ['too large by a loop', { html: `{% for i in (1..1000) %}${'x'.repeat(100_000)}{% endfor %}` }, email, 'html', large],
    [
      'too large by a loop of its own words',
      { text: `{% for i in (1..1000) %}{{ address }}{{ "${'x'.repeat(1000)}" }}{% endfor %}` },
      email,
      'text',
      large,
    ],
    ['too many steps', { html: loops('{{ i }}') }, email, 'html', endless],
    ['too many steps that make nothing', { text: loops('{% if i == 0 %}x{% endif %}') }, email, 'text', endless],
    [
      'growing string',
      { text: '{% assign a = "x" %}{% for i in (1..60) %}{% assign a = a | append: a %}{% endfor %}{{ a }}' },
      email,
      'text',
    ],
    ['too long for SMS', { text: 'x'.repeat(1601) }, sms, 'text'],
    ['files', { text: '{% include "/etc/passwd" %}' }, email, 'text'],
    ['methods', { text: '{{ first_name.constructor }}' }, email, 'text'],
  ])('%s is a RenderError', (_, content, base, field, message = /\.$/) => {
    expect(() => render(content, base)).toThrow(RenderError);
    expect(() => render(content, base)).toThrow(expect.objectContaining({ field, message: expect.stringMatching(message) }));
  });

  test.each([
    ['html', '{{ first_name }}'],
    ['html', '{{ first_name | upcase }}'],
    ['text', '{{ first_name }}'],
    ['text', '{{ first_name | upcase }}'],
  ] as const)('a column of 1 MB cannot be written often: %s %s', (field, tag) => {
    const content = parseContent({ ...email, [field]: `${tag} `.repeat(40) });
    const recipient = { address: 'ana@example.com', variables: { first_name: 'x'.repeat(1_000_000) } };
    for (const apart of [false, true])
      expect(() => renderMessage(content, recipient, apart)).toThrow(
        expect.objectContaining({ field, message: expect.stringMatching(large) }),
      );
  });

  test('an error does not carry the recipient’s data', () => {
    const thrown = (() => {
      try {
        render({ text: '{{ first_name.x }}' });
      } catch (error) {
        return error as RenderError;
      }
    })();
    expect(thrown?.message).not.toContain('Ana');
  });
});

describe('the shortcut around Liquid', () => {
  const known = new Set(['a', 'first_name', 'имя']);
  const piece = fc.oneof(
    fc.constantFrom(
      '{{ a }}',
      '{{a}}',
      '{{  first_name}}',
      '{{ имя }}',
      '{',
      '}',
      '}}',
      '{{',
      '{%',
      '<b>',
      '\n',
      '{{-a-}}',
      '{{ a | upcase }}',
      '{{ nil }}',
      '{{ true }}',
      '{{ b }}',
    ),
    fc.string({ maxLength: 5 }),
  );
  const template = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''));

  test.each([
    ['html', true, htmlEngine],
    ['plain', false, plainEngine],
  ] as const)('gives what Liquid gives (%s)', (_, escapes, engine) => {
    let taken = 0;
    fc.assert(
      fc.property(template, fc.string(), (source, value) => {
        const simple = compileSimple(source, known, escapes);
        if (simple) {
          taken++;
          const scope = { a: value, first_name: `<${value}"'&`, имя: '' };
          expect(simple.render(scope)).toBe(engine.parseAndRenderSync(source, scope));
        }
      }),
      { numRuns: 2000 },
    );
    expect(taken).toBeGreaterThan(100);
  });
});

describe('what is everybody’s and what is one person’s', () => {
  const piece = fc.constantFrom(
    'Hello ',
    '<b>',
    '\n',
    ' ',
    '',
    '{{ a }}',
    '{{ first_name | upcase }}',
    '{% assign b = a | append: "!" %}',
    '{{ b | default: "-" }}',
    '{% if a == "x" %}yes {{ a }}{% else %}no{% endif %}',
    '{% for i in (1..2) %}{{ i }}{% if i == 2 %}{% break %}{% endif %}{% endfor %}',
    '{% capture c %}[{{ a }}]{% endcapture %}{{ c }}',
    '{% increment n %}',
    '{%- comment -%} x {%- endcomment -%}',
    '{% if a == "x" %}{% break %}{% endif %}',
    '{% raw %}{{ a }}{% endraw %}',
  );
  const template = fc.array(piece, { minLength: 1, maxLength: 10 }).map((pieces) => pieces.join(''));

  test('makes the same message when it is put together', () => {
    let apart = 0;
    fc.assert(
      fc.property(template, template, fc.constantFrom('x', 'y', '<&>', ''), (html, text, a) => {
        const content = parseContent({ channel: 'email', subject: 'S', html, text: `T${text}`, variables: ['a', 'b', 'first_name'] });
        const recipient = { address: 'ann@example.com', variables: { a, first_name: 'Ann' } };
        const { own, ...together } = renderMessage(content, recipient, true);
        expect(together).toEqual(renderMessage(content, recipient));
        if (!own) return;
        apart++;
        const shared = sharedBody(content);
        const weave = (parts: readonly string[] = [], gaps: readonly string[] = []) =>
          parts.map((part, i) => part + (gaps[i] ?? '')).join('');
        if (together.html !== undefined) expect(weave(shared.html, own.html)).toBe(together.html);
        if (together.text !== undefined) expect(weave(shared.text, own.text)).toBe(together.text);
      }),
      { numRuns: 1000 },
    );
    expect(apart).toBeGreaterThan(500);
  });

  test('cannot be told apart where a message ends in the middle', () => {
    const content = parseContent({ channel: 'email', subject: 'S', html: 'a{% break %}b', text: null, variables: [] });
    expect(renderMessage(content, { address: 'ann@example.com', variables: {} }, true)).toEqual({ subject: 'S', html: 'a' });
  });
});
