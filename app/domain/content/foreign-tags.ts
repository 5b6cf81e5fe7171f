import type { Finding } from './finding.ts';
import { isFieldLike, whatToWrite } from './foreign-names.ts';
import { maskLiquid, maskUnsent } from './mask-template.ts';
import { isUnsubscribing } from './unsubscribe-words.ts';

/**
 * What other products write for a variable arrives as it stands. Spellings that mean nothing else are always told; those that people also
 * write for themselves, such as `[City]`, only where the name is one that lists have.
 */
const always: RegExp[] = [
  /\*\|([^|\n]{1,80})\|\*/g, // *|FNAME|*
  /%%(?:=|\[)?([^%\n]{1,80}?)(?:=|\])?%%/g, // %%FirstName%%
  /<%[=-]?([^%<>\n]{1,80})%>/g, // <%name%>
  /\[\[([^[\]\n]{1,80})\]\]/g, // [[name]]
  /\[%([^%[\]\n]{1,80})%\]/g, // [% name %]
  /%\[([^[\]%\n]{1,80})\]%/g, // %[name]%
  /\$\[([^[\]\n]{1,80})\]\$/g, // $[FNAME]$
  /(?<!<)<<([^<>\n]{1,80})>>(?!>)/g, // <<name>>
  /&lt;&lt;([^<>&\n]{1,80})&gt;&gt;/g, // the same, encoded
  /::([A-Za-z_][\w.-]{1,60})::/g, // ::name::
  /@@([A-Za-z_][\w.-]{1,60})@@/g, // @@name@@
  /#{2,3}([A-Za-z_][\w.:-]{1,60})#{2,3}/g, // ##name##
  /~([A-Za-z]\w{0,40}\.\w{1,40})~/g, // ~Contact.FirstName~
  /\(\(([A-Za-z_][\w ?-]{1,60})\)\)/g, // ((name))
  /[$#@%]\{([^{}\n]{1,80})\}/g, // ${name}
  /%\(([A-Za-z_]\w{0,60})\)s/g, // %(name)s
  /(?<![{$#@%\w])\{[$!#@~]([^{}\n]{1,80})\}(?!\})/g, // {$name}
  /(?<![{$#@%\w])\{((?:contactfield|subtag|field|tag|var|merge)\s*[=:][^{}\n]{1,80})\}(?!\})/gi, // {contactfield=name}
  /(?<![{$#@%\w\\])\{([A-Za-z_][\w.-]{0,60}(?:\s?\|[^{}\n]{0,60})?)\}(?!\})/g, // {name}
  /%([A-Za-z_][\w.-]{1,60})%(?![0-9A-Fa-f]{2})/g, // %name%
  /(?<![\w&])#([A-Za-z_]\w{0,30}:\w{1,40})#/g, // #recipient:name#
  /<((?:unsubscribe|webversion|forwardtoafriend|preferences|singleline|multiline)\b)[^<>]{0,200}>/gi,
];

const perhaps: RegExp[] = [
  /(?<![\w\][!%$\\])\[([^[\]\n]{2,80})\](?![\]%$(])/g, // [name]
  /(?<![\w&#])#([A-Za-z_][\w.]{1,60})#(?![\w#])/g, // #name#
  /(?<![{$#@%\w])\{([A-Za-z_][\w.]*(?: [\w.]+){1,3})\}(?!\})/g, // {First name}
  /«\s?([^«»\n]{2,60}?)\s?»/g, // «name»
  /(?<![\w$])\$([A-Za-z_]\w{1,60})\$(?!\w)/g, // $name$
  /(?<![\w_])__([A-Za-z]\w{1,60}?)__(?![\w_])/g, // __name__
  /(?<![\w|])\|([A-Za-z_]\w{1,60})\|(?![\w|])/g, // |name|
  /(?<![\w-])-([A-Za-z_]{3,60})-(?![\w-])/g, // -name-
  /(?<![\w@.])@([A-Za-z_]{3,60})@(?![\w@.])/g, // @name@
];

const MAX_TOLD = 40;

/** @param known names that templates may use */
export function foreignTags(template: string, html: boolean, known: readonly string[]): Finding[] {
  const text = maskLiquid(html ? maskUnsent(template) : template);
  const found = new Map<string, { offset: number; inner: string; times: number; link: boolean }>();
  const links = html ? linkRanges(text) : [];
  const taken: [number, number][] = [];
  const collect = (source: string, at: number, inLink: boolean) => {
    for (const [sure, patterns] of [
      [true, always],
      [false, perhaps],
    ] as const) {
      for (const pattern of patterns) {
        for (const match of source.matchAll(pattern)) {
          const [tag, inner = ''] = match;
          const offset = at + match.index;
          const link = inLink || links.some(([from, to]) => offset >= from && offset < to);
          const end = offset + tag.length;
          if (taken.some(([from, to]) => offset < to && end > from)) continue;
          if (!/\p{L}/u.test(inner) || !(sure || isFieldLike(inner, known) || (link && isUnsubscribing(inner)))) continue;
          taken.push([offset, end]);
          const before = found.get(tag);
          if (before) {
            before.times++;
            before.link ||= link;
          } else if (found.size < MAX_TOLD) found.set(tag, { offset, inner, times: 1, link });
        }
      }
    }
  };
  collect(text, 0, false);
  for (const { decoded, offset, length } of encoded(text)) {
    const liquid = /\{\{\s*([^{}]{1,80}?)\s*\}\}/.exec(decoded);
    if (liquid) {
      taken.push([offset, offset + length]);
      found.set(text.slice(offset, offset + length), { offset, inner: liquid[1] as string, times: 1, link: true });
    } else collect(decoded, offset, true);
  }
  const hasWayOut = /\{\{-?\s*unsubscribe_url\b/.test(template);
  return [...found].map(([tag, { offset, inner, times, link }]) => {
    const out = isUnsubscribing(inner);
    const often = times > 1 ? ` It stands there ${times} times.` : '';
    return {
      offset,
      severity: out && (link || !hasWayOut) ? 'error' : 'warning',
      message: `${shown(tag)} ${whatToWrite(inner, known, link, hasWayOut && !link)}${often}`,
    };
  });
}

const shown = (tag: string) => (tag.length > 60 ? `${tag.slice(0, 60)}…` : tag);

/** From where to where links go to, in the template. */
function linkRanges(text: string): [number, number][] {
  const attributes = text.matchAll(/\b(?:href|src|action)\s*=\s*(?:"([^"]{0,2000})"|'([^']{0,2000})'|([^\s"'>]{1,2000}))/gi);
  return [...attributes].map((match) => [match.index, match.index + match[0].length]);
}

const openers = /(?:%7B|%257B|&#123;|&#x7b;|&lbrace;|&lcub;|%5B|%2A%7C|%3C%3C|%25%25|\{&(?:zwnj|zwj|nbsp);\{)[^\s"'<>]{1,160}/gi;

/** Braces and brackets that a program encoded in a link: they come as they are, and lead nowhere. */
function encoded(text: string): { decoded: string; offset: number; length: number }[] {
  return [...text.matchAll(openers)].slice(0, 500).flatMap((match) => {
    let decoded = match[0]
      .replace(/&(?:#123|#x7b|lbrace|lcub);/gi, '{')
      .replace(/&(?:#125|#x7d|rbrace|rcub);/gi, '}')
      .replace(/&(?:zwnj|zwj|nbsp);/gi, '');
    for (let round = 0; round < 2; round++) {
      decoded = decoded.replace(/%([2-7][0-9a-f])/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
    }
    const before = text[match.index - 1] ?? '';
    // filter[name]=x is a parameter's name.
    if (/^%5B/i.test(match[0]) && /\w/.test(before)) return [];
    const length = /(?:%7D|%257D|\}|;|%5D){1,2}/gi.exec(match[0]) ? lastClosing(match[0]) : match[0].length;
    return [{ decoded, offset: match.index, length }];
  });
}

function lastClosing(text: string): number {
  const match = /^[\s\S]*?(?:(?:%7D|%257D|&#125;|&#x7d;|&rbrace;|&rcub;|\}){1,2}|%5D|%7C%2A|%3E%3E|%25%25)/i.exec(text);
  return match ? match[0].length : text.length;
}
