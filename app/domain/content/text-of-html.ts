/** Stand for Liquid's tags while the HTML is read; no text has them. */
const [OPEN, CLOSE] = ['\uE000', '\uE001'];
const held = new RegExp(`${OPEN}(\\d+)${CLOSE}`, 'g');

/**
 * The plain text of an HTML template, as a template: what people see who read no HTML, and what spam filters expect beside it. Liquid stays as it
 * is; links stand behind their words. Null where it cannot be told what the text would be: then the message goes out as HTML alone.
 */
export function textOfHtml(html: string): string | null {
  if (/[\uE000\uE001]|\|\s*raw\b|\{%-?\s*raw\b/.test(html)) return null;
  const tags: string[] = [];
  const hidden = hideLiquid(html, tags);
  const text = hidden === null ? null : readHtml(hidden, tags);
  // Braces that were entities must not become Liquid's.
  if (text === null || /\{[{%]/.test(text) || text.replace(held, '').trim() === '') return null;
  return text.replace(held, (_, index: string) => plainTag(tags[Number(index)] ?? ''));
}

function hideLiquid(html: string, tags: string[]): string | null {
  const opening = /\{([{%])/g;
  let out = '';
  let at = 0;
  for (let found = opening.exec(html); found; found = opening.exec(html)) {
    const end = html.indexOf(found[1] === '{' ? '}}' : '%}', found.index + 2);
    if (end === -1) return null;
    out += `${html.slice(at, found.index)}${OPEN}${tags.length}${CLOSE}`;
    tags.push(html.slice(found.index, end + 2));
    at = end + 2;
    opening.lastIndex = at;
  }
  return out + html.slice(at);
}

/** What escapes or makes HTML has nothing to do in a text. */
const plainTag = (tag: string) => tag.replace(/\|\s*(?:newline_to_br|escape_once|escape)\s*(?=\||-?\}\})/g, '');

const paragraphs = /^(?:p|h[1-6]|table|ul|ol|dl|blockquote|pre|hr|form|section|article|header|footer|main|nav|aside|figure)$/;
const lines = /^(?:br|div|tr|li|dt|dd|center|address|figcaption|option)$/;

function readHtml(hidden: string, tags: readonly string[]): string | null {
  // What has an end elsewhere keeps it: of what is left out, Liquid's blocks stay.
  const blocksOf = (part: string) =>
    [...part.matchAll(held)].map(([place, index]) => (tags[Number(index)]?.startsWith('{%') ? place : '')).join('');
  // What is never closed goes on to the end: so each of these takes one pass over the template.
  const shown = hidden
    .replace(/<!--\[if\b(?![^\]]*!)[^\]]{0,80}\]>[\s\S]*?(?:<!\[endif\]-->|$)/gi, blocksOf)
    .replace(/<!--[\s\S]*?(?:-->|$)|<![^<>]*>/g, blocksOf)
    .replace(/<(style|script|title|template)\b[^<>]*>[\s\S]*?(?:<\/\1\s*>|$)/gi, blocksOf);
  let out = '';
  let link: { href: string; from: number } | null = null;
  for (const [token, end, name = '', attributes = ''] of shown.matchAll(/<(\/?)([a-z][a-z0-9:-]*)([^<>]*)>|[^<]+|</gi)) {
    if (name === '') {
      out += decoded(token).replace(/\s+/g, ' ');
      continue;
    }
    const tag = name.toLowerCase();
    out += blocksOf(attributes);
    if (paragraphs.test(tag)) out += '\n\n';
    else if (lines.test(tag)) out += tag === 'li' && end === '' ? '\n- ' : '\n';
    else if (tag === 'td' || tag === 'th') out += ' ';
    else if (tag === 'img') out += decoded(attribute(attributes, 'alt') ?? '');
    else if (tag === 'a' && end === '') {
      // Two beginnings before an end: which one it is depends on the person.
      if (link) return null;
      link = { href: blocksOf(attributes) === '' ? decoded(attribute(attributes, 'href') ?? '').trim() : '', from: out.length };
    } else if (tag === 'a' && link) {
      out += behind(link.href, out.slice(link.from).trim());
      link = null;
    }
  }
  return out
    .replace(/\u00AD|\u034F|[\u200B-\u200F\u2060\uFEFF]/g, '')
    .replace(/[ \t\u00A0]+/g, ' ')
    .replace(/ ?\n ?/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

function behind(href: string, words: string): string {
  const target = href.replace(/^(?:mailto|tel|sms):/i, '');
  if (target === '' || target.startsWith('#') || target === words || target === `https://${words}` || target === `http://${words}`)
    return '';
  return words === '' ? target : ` (${target})`;
}

function attribute(attributes: string, name: string): string | null {
  const match = new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s"']+))`, 'i').exec(attributes);
  return match ? (match[1] ?? match[2] ?? match[3] ?? '') : null;
}

// HTML's names of U+00A0 to U+00FF in order, and of the others that letters have.
const latin =
  'nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml';
const entities = new Map<string, string>([
  ...latin.split(' ').map((name, index): [string, string] => [name, String.fromCodePoint(0xa0 + index)]),
  ...Object.entries({ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", hellip: '…', mdash: '—', ndash: '–', lsquo: '‘', rsquo: '’' }),
  ...Object.entries({ ldquo: '“', rdquo: '”', sbquo: '‚', bdquo: '„', bull: '•', euro: '€', trade: '™', zwnj: '', zwj: '', ensp: ' ' }),
  ...Object.entries({
    emsp: ' ',
    thinsp: ' ',
    rarr: '→',
    larr: '←',
    oelig: 'œ',
    OElig: 'Œ',
    scaron: 'š',
    Scaron: 'Š',
    lsaquo: '‹',
    rsaquo: '›',
  }),
]);

function decoded(text: string): string {
  return text.replace(
    /&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|([a-z][a-z0-9]{1,10}));/gi,
    (whole, hex?: string, number?: string, name?: string) => {
      if (name !== undefined) return entities.get(name) ?? whole;
      const code = hex === undefined ? Number(number) : Number.parseInt(hex, 16);
      return code > 8 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xf8ff) ? String.fromCodePoint(code) : '';
    },
  );
}
