import { describe, expect, test } from 'vitest';
import type { Content } from '#app/domain/content/parse-content.ts';
import { columns, email, first, type Told, told } from '#tests/support/told-content.ts';

const out = '{{ unsubscribe_url }}';

describe('another product’s variables are told, with what to write', () => {
  test.each<[string, string]>([
    ['*|FNAME|*', first],
    ['*|LNAME|*', '{{ last_name }}'],
    ['*|EMAIL|*', '{{ address }}'],
    ['[FIRST_NAME]', first],
    ['[First Name]', first],
    ['[Vorname]', first],
    ['[Name,fallback=friend]', first],
    ['[firstname%%friend]', first],
    ['{contactfield=firstname}', first],
    ['{contactfield=firstname|friend}', first],
    ['{first_name}', first],
    ['{FirstName|friend}', first],
    ['{First Name}', first],
    ['{$first_name}', first],
    ['{!Contact.FirstName}', first],
    ['{~first_name}', first],
    ['%recipient.first_name%', first],
    ['%FIRSTNAME%', first],
    ['%city%', '{{ city }}'],
    ['%%First Name%%', first],
    ['%%=v(@city)=%%', ''],
    ['%(first_name)s', first],
    ['%{first_name}', first],
    ['#{first_name}', first],
    ['$' + '{first_name}', first],
    ['$[FNAME|friend]$', first],
    ['$FNAME$', first],
    ['::city::', '{{ city }}'],
    ['@@first_name@@', first],
    ['##City##', '{{ city }}'],
    ['###city###', '{{ city }}'],
    ['#city#', '{{ city }}'],
    ['#recipient:city#', '{{ city }}'],
    ['[[first_name]]', first],
    ['[[data:firstname:"friend"]]', first],
    ['[% member:city %]', '{{ city }}'],
    ['<<First Name>>', first],
    ['&lt;&lt;City&gt;&gt;', '{{ city }}'],
    ['«City»', '{{ city }}'],
    ['<%= city %>', '{{ city }}'],
    ['((first name))', first],
    ['~Contact.FirstName~', first],
    ['-first_name-', first],
    ['__FIRST_NAME__', first],
    ['{leadfield=firstname}', first],
    ['{ MERGEFIELD First_Name }', first],
    ['{ first_name }', first],
    ['{first_name, "friend"}', first],
    ['{<b>{first_name}</b>}', first],
    ['#recipient:city|your town#', '{{ city }}'],
    ['###First Name###', first],
    ['[*city*]', '{{ city }}'],
    ['$First name$', first],
    ['$$first_name$$', first],
    ['$lookup(FIRST_NAME)$', first],
    ['$first_name', first],
    ['^CITY^', '{{ city }}'],
    ['~CITY~', '{{ city }}'],
    ['*FIRST_NAME*', first],
    ['!*first_name*!', first],
    ['<?= $first_name ?>', first],
    ['<first_name>', first],
    ['[First\nName]', first],
    ['*|CI\nTY|*', ''],
    ['&#123;&#123; city &#125;&#125;', '{{ city'],
    ['*|MC:SUBJECT|*', 'Take it out'],
    ['%SENDER-INFO%', 'Take it out'],
    ['{dynamiccontent="Offer"}', 'Take it out'],
    ['[Sender_Name]', 'Take it out'],
    ['https://shop.example/a@TrackLink', 'Take it out'],
    ['[if:city=Ulm]', '{% if city %}'],
    ['%IF $CITY%', '{% if city %}'],
    ['%/IF%', '{% endif %}'],
    ['{resubscribe_url}', 'Take it out'],
    ['{{ "First Name" }}', first],
    ['*|IF:CITY|*', '{% if city %}'],
    ['*|IF:FNAME|*', '{% if first_name %}'],
    ['*|END:IF|*', '{% endif %}'],
    ['*|ELSE:|*', '{% else %}'],
    ['[webversion]', 'Take it out.'],
    ['<a href="https://shop.example/?n=%7B%7B%20first_name%20%7D%7D">x</a>', '{{ first_name | url_encode }}'],
    ['<a href="https://shop.example/?n=%7b%7bcity%7d%7d">x</a>', '{{ city | url_encode }}'],
    ['<a href="https://shop.example/?n=*|CITY|*">x</a>', '{{ city | url_encode }}'],
    ['<a href="https://shop.example/?n=%2A%7CCITY%7C%2A">x</a>', '{{ city | url_encode }}'],
    ['{{1}}', 'puts out the number 1'],
  ])('%s', (tag, instead) => {
    expect(told(email(`<p>\n${tag}</p>`))).toEqual([['warning', 2, expect.stringContaining(instead)]]);
  });

  test('in subject, text and SMS as well', () => {
    expect(told(email('<p>', { subject: 'Hi *|FNAME|*', text: 'a\nb [FIRST_NAME]' }))).toEqual([
      ['warning', 1, expect.stringContaining(first)],
      ['warning', 2, expect.stringContaining(first)],
    ]);
    const sms: Content = { channel: 'sms', subject: null, html: null, text: 'Hi %FIRSTNAME%, opt out: {optout_link}', variables: columns };
    expect(told(sms)).toEqual([
      ['error', 1, expect.stringContaining(out)],
      ['warning', 1, expect.stringContaining(first)],
    ]);
  });

  test('all of them at once, each with its line, those that come again once', () => {
    const html = '*|FNAME|*\n[LAST_NAME]\n*|FNAME|*\n%city%\n{{ x | foo | bar }}\n{% unles city %}\n{{ frist_name }}';
    const lines = told(email(html)).map(([severity, line, message]) => `${severity} ${line} ${message.slice(0, 24)}`);
    expect(lines.sort()).toEqual([
      'error 5 The HTML uses {{ x }}, b',
      'error 5 There is no filter "bar"',
      'error 5 There is no filter "foo"',
      'error 6 There is no tag "unles".',
      'error 7 The HTML uses {{ frist_n',
      'warning 1 *|FNAME|* is not how a v',
      'warning 2 [LAST_NAME] is not how a',
      'warning 4 %city% is not how a vari',
    ]);
  });
});

describe('what breaks the way out stops the send', () => {
  test.each([
    '{{ unsubscribeHref }}',
    '{{ unsubscribe_link }}',
    '{{ unsubscribe }}',
    '{{ UnsubscribeURL }}',
    '{{ optOutUrl }}',
    '{{ links.unsubscribe }}',
    '{{ unsubscribe_link | default: "https://shop.example" }}',
    '{{ .UnsubscribeURL }}',
    '{{{ unsubscribe }}}',
    '{% unsubscribe_link %}',
    '<a href="{unsubscribe_url}">x</a>',
    '<a href="{$unsubscribe}">x</a>',
    '<a href="*|UNSUB|*">x</a>',
    '<a href="::unsubscribeUrl::">x</a>',
    '<a href="[LINK_UNSUBSCRIBE]">x</a>',
    '<a href="[unsubscribe]">x</a>',
    '<a href="%unsubscribe_url%">x</a>',
    '<a href="%%unsub_center_url%%">x</a>',
    '<a href="<%asm_group_unsubscribe_raw_url%>">x</a>',
    '<a href="[[UNSUB_LINK_EN]]">x</a>',
    '<a href="#unsubscribeLink#">x</a>',
    '<a href="%7B%7Bunsubscribe_url%7D%7D">x</a>',
    '<a href="%7B%7B%20unsubscribe_url%20%7D%7D">x</a>',
    '<a href="%257B%257Bunsubscribe_url%257D%257D">x</a>',
    '<a href="&#123;&#123;unsubscribe_url&#125;&#125;">x</a>',
    '<a href="%5BUNSUBSCRIBE%5D">x</a>',
    '<a href="https://{{ unsubscribe_url }}">x</a>',
    '<a href="unsubscribe_url">x</a>',
    '<a href="#">Unsubscribe</a>',
    '<a href="">Abmelden</a>',
    '<a href="http://"><b>Se désabonner</b></a>',
    '<a href="javascript:void(0)">Darse de baja</a>',
    '<a class="x">Click to unsubscribe</a>',
    '<unsubscribe>Leave</unsubscribe>',
    '[UNSUBSCRIBE]',
    '[your unsubscribe link here]',
    '[[remove]]',
    '{{ unsusbcribe_url }}',
    '{{ unsubscribe_ulr }}',
    '{{ abmelde_link }}',
    '{% unsubscribe "Leave" %}',
    "{% url 'unsubscribe' %}",
    '{{ unsubscribe_url | upcase }}',
    '{{ unsubscribe_url | truncate: 20 }}',
    '{{ unsubscribe_url | truncate: 500 }}',
    'http://{{unsubscribe_url}}',
    '<a href="{{ unsubscribe_url | url_encode }}">x</a>',
    '<a href="{{ city | default: "#" }}">Unsubscribe</a>',
    '<a href="%%unsub_\ncenter_url%%">x</a>',
    '<a href="&#x7B;&#x7B; unsubscribe_url &#x7D;&#x7D;">x</a>',
    '<a href="$$resignlink$$">x</a>',
    '<a href="[*link.unsubscribe*]">x</a>',
    '<a href="~OptOut_12~">x</a>',
    '<a href="[JUMPOFFURL]">x</a>',
    '<a href="mailto:?subject=unsubscribe">Unsubscribe</a>',
    '<a href="mailto:unsubscribe">Unsubscribe</a>',
    '<a href="http://localhost:3000/out">Unsubscribe</a>',
    '<a href="file:///C:/out.html">Unsubscribe</a>',
    '<a href="https://#">Unsubscribe</a>',
    '<a href="#out">Unsubscribe</a>',
    '<a href="#"><img src="x" alt="Unsubscribe"></a>',
    'To unsubscribe, click <a href="#">here</a>.',
    '<a href="">Click here</a> to unsubscribe',
    `${'<a href="#">x</a> '.repeat(30)}<a href="#">Unsubscribe</a>`,
    `${Array.from({ length: 60 }, (_, index) => `*|T${index}|*`).join(' ')}<a href="*|UNSUB|*">x</a>`,
  ])('%s', (tag) => {
    const errors = told(email(`<p>\n${tag}</p>`)).filter(([severity]) => severity === 'error');
    expect(errors).toEqual([['error', 2, expect.stringContaining(out)]]);
    // Also where no contacts are there to be compared.
    const early = told(email(`<p>\n${tag}</p>`, { variables: [], contacts: false }));
    expect(early.filter(([severity]) => severity === 'error')).toHaveLength(1);
  });

  test.each([
    '<a href="{{ unsubscribe_url }}">Unsubscribe</a>',
    '<a href="{{unsubscribe_url}}">Abmelden</a>',
    '<a href="https://shop.example/unsubscribe">Unsubscribe</a>',
    '<a href="mailto:out@shop.example">Unsubscribe</a>',
    '{% if city %}<a href="{{ unsubscribe_url }}">Unsubscribe</a>{% endif %}',
    'Write to us to unsubscribe. <a href="https://shop.example">Shop</a>',
    '<a href="{{ unsubscribe_url | escape }}">Unsubscribe</a>',
    '<a href="{{ unsubscribe_url | default: "#" }}">Unsubscribe</a>',
    '<a href="{{ unsubscribe_url | append: "?from=mail" }}">Unsubscribe</a>',
    '<a href="https://track.example/?to={{ unsubscribe_url | url_encode }}">Unsubscribe</a>',
    '<a href="#out">Unsubscribe</a><p id="out">Below</p>',
    '<a href="mailto:out@shop.example?subject=Out&body=%5BUnsubscribe%5D">Unsubscribe</a>',
    '<a href="https://shop.example/here">Click here</a> to unsubscribe',
    'Remove {remove} or [remove] here',
  ])('%s is a way out, or none was meant', (html) => {
    expect(told(email(html))).toEqual([]);
  });

  test.each([
    '[Unsubscribe] {{ unsubscribe_url }}',
    '<a href="https://shop.example/u/7">[Unsubscribe]</a>',
    '[Opt-out law] for all',
    '[unsubscribe] by mail: <a href="mailto:out@shop.example?subject=unsubscribe">mail</a>',
  ])('words in brackets beside a real link, or in a sentence, are only told: %s', (html) => {
    expect(told(email(html))).toEqual([['warning', 1, expect.stringContaining(out)]]);
  });

  test('a column of that name is the sender’s own link', () => {
    expect(told(email('<a href="{{ unsubscribe_link }}">Unsubscribe</a>', { variables: ['unsubscribe_link'] }))).toEqual([]);
  });
});

test.each([
  '<style>p{color:red} @media (max-width:600px){.a{b:c}} a{first_name}</style>',
  '<script>const a = {first_name}; [city]</script>',
  '<p style="color:#fff;background:#000">',
  '<!--[if mso]><table><tr><td><![endif]--><p>x</p><!--[if mso]></td></tr></table><![endif]--><!--[if !mso]><!--><p>y</p><!--<![endif]-->',
  '<!-- [FIRST_NAME] goes here -->',
  'Save 50% to 70% today, 100% sure, 20%-30% off',
  'See [1], [2] and [sic], [see below], [ 3 ]',
  '{color:red} { } {} {1} {2,3} f(x) (x) ((1+2)*3)',
  'https://shop.example/caf%C3%A9%20a/%E2%82%AC?filter%5Bname%5D=x&a%5B%5D=1&utm=%20x%20',
  '<a href="https://shop.example/?filter[email]=x">x</a>',
  '<a href="#top">Top</a><a name="top"></a><a id="x"></a>',
  '<a href="tel:+4912345">x</a><a href="{{ city }}">x</a><a href="{% if city %}https://a.example{% endif %}">x</a>',
  'a #b c# #1# C# and F#, 5 < 6 << 7, a | b | c, x@y.example, 10$ or 20$',
  '{% raw %}{{ name }} [FIRST_NAME]{% endraw %}{% comment %}*|FNAME|*{% endcomment %}',
  '{{ first_name | default: "[name]" }} {{ city | append: "%name%" }}',
  '-- \nBest - regards - us',
  '50%off% and 20%name%',
  '[[citation needed]] in [[Main Page]], see [[Help:Contents|help]]',
  'std::vector::iterator and ((see below)) and << Back | Next >>',
  'Use f{x} or if(a){b}, {x,y} and {red, green}',
  'US$ or A$, $x and $E=mc$',
  '**bold** *emphasis* ~struck~ ^up^',
  '<address>1 High St</address>',
  '<a href="https://shop.example/#!/path?a[0]=1&name[first]=2">x</a>',
  '#BlackFriday #deals',
  '<<< sale >>> == now ==',
  '<a {% if city %}href="{{ unsubscribe_url }}"{% endif %}>Unsubscribe</a>',
  '<a class="x"href="{{ unsubscribe_url }}">Unsubscribe</a>',
  '<a title="Leave >" href="{{ unsubscribe_url }}">Unsubscribe</a>',
])('no false alarm: %s', (html) => {
  expect(told(email(html))).toEqual([]);
});

describe('what will look wrong in a mailbox is told', () => {
  test.each<[string, Told[]]>([
    ['<a href="">a</a>', [['warning', 1, expect.stringContaining('leads nowhere')]]],
    ['\n<a href="#">Shop</a>', [['warning', 2, expect.stringContaining('(“Shop”) leads nowhere')]]],
    ['<a href="http://">a</a>', [['warning', 1, expect.stringContaining('leads nowhere')]]],
    ['<a href="https://https://shop.example">a</a>', [['warning', 1, expect.stringContaining('twice')]]],
    ['<a href="shop.example/sale">a</a>', [['warning', 1, expect.stringContaining('https://')]]],
    ['<a href="/sale">a</a>', [['warning', 1, expect.stringContaining('https://')]]],
    ['<img src="https://shop.example/a.png">', [['warning', 1, expect.stringContaining('alternative text')]]],
    ['<img alt="" src="x"><img\nsrc="x"/><img src=x>', [['warning', 1, expect.stringContaining('2 images')]]],
    [`<p>${'x'.repeat(110_000)}</p>`, [['warning', 1, expect.stringContaining('Gmail')]]],
  ])('%s', (html, expected) => {
    expect(told(email(html))).toEqual(expected);
  });
});
