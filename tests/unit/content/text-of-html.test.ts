import { describe, expect, test } from 'vitest';
import { textOfHtml } from '#app/domain/content/text-of-html.ts';

describe('the plain text of HTML', () => {
  test.each([
    ['<p>Hello {{ first_name }},</p><p>come in.</p>', 'Hello {{ first_name }},\n\ncome in.'],
    ['<a href="https://shop.example/x?a=1&amp;b=2">Our  shop</a>', 'Our shop (https://shop.example/x?a=1&b=2)'],
    ['<a href="{{ unsubscribe_url }}">Leave</a>', 'Leave ({{ unsubscribe_url }})'],
    ['<a href="https://a.example">https://a.example</a> <a href="mailto:hi@a.example">hi@a.example</a>', 'https://a.example hi@a.example'],
    ['<a href="https://a.example"><img src="x.png" alt="The new hall"></a>', 'The new hall (https://a.example)'],
    ['<a href="{{ site | default: "https://a.example" }}">Site</a>', 'Site ({{ site | default: "https://a.example" }})'],
    ['<ul><li>One</li><li>Two</li></ul>', '- One\n\n- Two'],
    ['<table><tr><td>Fri</td><td>9&ndash;12</td></tr><tr><td>Sat</td></tr></table>', 'Fri 9–12\n\nSat'],
    ['<style>p{}</style><title>T</title><!-- no --><!--[if mso]><p>Outlook</p><![endif]--><p>Yes &uuml;&#8364;&#x41;</p>', 'Yes ü€A'],
    ['<!--[if !mso]><!--><p>All others</p><!--<![endif]-->', 'All others'],
    ['<div {% if vip %}class="a"{% endif %}>Hi</div>', '{% if vip %}{% endif %}\nHi'],
    ['<style>{% if vip %}p{}{% endif %}</style>Note: {{ note | newline_to_br | escape }}', '{% if vip %}{% endif %}Note: {{ note }}'],
    ['{% for x in y %}<p>{{ x | escape | upcase }}</p>{% endfor %}.', '{% for x in y %}\n\n{{ x | upcase }}\n\n{% endfor %}.'],
    ['a < b & c', 'a < b & c'],
  ])('%j', (html, text) => {
    expect(textOfHtml(html)).toBe(text);
  });

  test.each([
    ['an image alone', '<img src="poster.png">'],
    ['nothing but Liquid', '{{ body }}'],
    ['HTML from a column', '<p>Hi</p>{{ body | raw }}'],
    ['a tag that never ends', '<p>Hi {{ first_name</p>'],
    ['braces that are entities', '<p>Write &#123;&#123; name }}</p>'],
    ['one of two links', '{% if a %}<a href="1">{% else %}<a href="2">{% endif %}x</a>'],
  ])('is not guessed: %s', (_, html) => {
    expect(textOfHtml(html)).toBeNull();
  });

  test.each(['<a "', '{{ x }}', '<!--', '<style>', '&amp', '<', '<a href="x">y</a>'])('much of %s is read in one pass', (part) => {
    expect(() => textOfHtml(part.repeat(300_000 / part.length))).not.toThrow();
  });
});
