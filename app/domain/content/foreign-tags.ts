import type { Finding } from './finding.ts';
import { isFieldLike, isName, whatToWrite } from './foreign-names.ts';
import { maskLiquid, maskUnsent } from './mask-template.ts';
import { isOnlyRemove, isUnsubscribeTag, isUnsubscribing, offersWayOut } from './unsubscribe-words.ts';

/** What other products write for a variable arrives as it stands. Spellings that mean nothing else are always told … */
const always: RegExp[] = [
  /\*\|([^|\n]{1,80})\|\*/g, // *|FNAME|*
  /%%(?:=|\[)?([^%\n]{1,80}?)(?:=|\])?%%/g, // %%FirstName%%
  /%(\/?(?:IF|ELSE|ELSEIF)\b[^%\n]{0,60})%/g, // %IF $NAME%
  /<%[=-]?([^%<>\n]{1,80})%>/g, // <%name%>
  /<\?(?:php|=)([^<>\n]{1,80}?)\?>/g, // <?= $name ?>
  /\[%([^%[\]\n]{1,80})%\]/g, // [% name %]
  /%\[([^[\]%\n]{1,80})\]%/g, // %[name]%
  /\$\[([^[\]\n]{1,80})\]\$/g, // $[FNAME]$
  /\$lookup\(([^()\n]{1,80})\)\$/g, // $lookup(NAME)$
  /~~eloqua\.\.([^~\n]{1,120})~~/g,
  /!\*([A-Za-z_]\w{1,60})\*!/g, // !*name*!
  /@@([A-Za-z_][\w.-]{1,60})@@/g, // @@name@@
  /[$#@%]\{([^{}\n]{1,80})\}/g, // ${name}
  /(?<![{$#@%\w])\{[$!#@~]([^{}\n]{1,80})\}(?!\})/g, // {$name}
  /(?<![{$#@%\w])\{((?:[a-z]{0,12}field|subtag|tag|var|merge|dynamiccontent|trackable)\s*[=:][^{}\n]{1,80})\}(?!\})/gi, // {contactfield=name}
  /\{\s?MERGEFIELD\s{1,3}"?([^{}"\n\\]{1,60})[^{}\n]{0,40}\}/g, // { MERGEFIELD Name }
  /\[((?:link|newsletter|subscriber|site|date):\w[^[\]\n]{0,60})\]/g, // [subscriber:firstname]
  /\[(if:[^[\]\n]{1,60})\]/gi, // [if:city=Ulm]
  /<((?:unsubscribe|webversion|forwardtoafriend|preferences|singleline|multiline)\b)[^<>]{0,200}>/gi,
  /(@TrackLink)\b/g,
  /\{(?:<[^<>\n]{1,120}>){1,4}\{\s?([A-Za-z_][\w. ]{0,60})/g, // {<b>{name
  /(?<![\w&])#([A-Za-z_]\w{0,30}:\w{1,40})(?:\|[^#\n]{0,60})?#/g, // #recipient:name#
];

/** … those that people also write around other things, where a name stands in them and not words … */
const named: RegExp[] = [
  /\[\[([^[\]\n]{1,80})\]\]/g, // [[name]]
  /(?<!<)<<(?!\s)([^<>|\n]{1,80})>>(?!>)/g, // <<name>>
  /&lt;&lt;(?!\s)([^<>&|\n]{1,80})&gt;&gt;/g, // the same, encoded
  /(?<![\w:])::([A-Za-z_][\w.-]{1,60})::(?![\w:])/g, // ::name::
  /#{2,3}([A-Za-z_][\w.: -]{1,60})#{2,3}/g, // ##name##
  /~([A-Za-z]\w{0,40}\.\w{1,40})~/g, // ~Contact.FirstName~
  /\(\(\s?([A-Za-z_][\w ?-]{1,60})\)\)/g, // ((name))
  /%\(([A-Za-z_]\w{0,60})\)s\b/g, // %(name)s
  /(?<![{$#@%\w\\)])\{([A-Za-z_][\w.-]{0,60}(?:\s?\|[^{}\n]{0,60})?)\}(?!\})/g, // {name}
  /(?<![\w%])%([A-Za-z_][\w.-]{1,60})%(?![0-9A-Fa-f]{2})/g, // %name%
];

/** … and those that people write for themselves, such as `[City]`, where the name is one that lists have. */
const perhaps: RegExp[] = [
  /(?<![\w\][!%$\\])\[([^[\]\n]{2,80})\](?![\]%$(])/g, // [name]
  /\[\*\s?([^*[\]\n]{2,60})\*\]/g, // [*name*]
  /(?<![\w&#])#([A-Za-z_][\w.]{1,60})#(?![\w#])/g, // #name#
  /(?<![{$#@%\w])\{([A-Za-z_][\w.]*(?: {1,9}[\w.]+){1,3})\}(?!\})/g, // {First name}
  /(?<![{$#@%\w])\{\s{1,3}([A-Za-z_][\w.]{0,60})\s{1,3}\}(?!\})/g, // { name }
  /(?<![{$#@%\w])\{([A-Za-z_]\w{0,60}),[^{}\n]{0,60}\}(?!\})/g, // {name, "friend"}
  /«\s?([^«»\n]{2,60}?)\s?»/g, // «name»
  /(?<![\w$])\$([A-Za-z_][\w ]{1,60})\$(?!\w)/g, // $name$
  /\$\$([A-Za-z_]\w{1,60})\$\$/g, // $$name$$
  /(?<![\w$])\$!?([A-Za-z_]\w{2,60})(?![\w$(])/g, // $name
  /(?<![\w_])__([A-Za-z]\w{1,60}?)__(?![\w_])/g, // __name__
  /(?<![\w|])\|([A-Za-z_]\w{1,60})\|(?![\w|])/g, // |name|
  /(?<![\w-])-([A-Za-z_]{3,60})-(?![\w-])/g, // -name-
  /(?<![\w~])~([A-Za-z_]\w{1,60})~(?![\w~])/g, // ~name~
  /(?<![\w^])\^([A-Za-z_]\w{1,60})\^(?![\w^])/g, // ^name^
  /(?<![\w@.])@([A-Za-z_]{3,60})@(?![\w@.])/g, // @name@
  /(?<![\w*|])\*([A-Z][A-Z0-9]*_[A-Z0-9_]+)\*(?![\w*|])/g, // *FIRST_NAME*
  /<(?!address\b)([A-Za-z][\w ]{2,40})>/gi, // <first_name>
];

/** Does the name decide whether it is one? */
const ways = [
  { patterns: always, isTag: () => true },
  { patterns: named, isTag: isName },
  { patterns: perhaps, isTag: isFieldLike },
];

const MAX_TOLD = 40;
/** Places of tags that are compared with each other. */
const MAX_SEEN = 2_000;

/** @param known names that templates may use */
export function foreignTags(template: string, html: boolean, known: readonly string[]): Finding[] {
  const text = joined(maskLiquid(html ? maskUnsent(template) : template));
  const found = new Map<string, { offset: number; inner: string; times: number; link: boolean; sure: boolean }>();
  const links = html ? linkRanges(text) : [];
  const taken: [number, number][] = [];
  const collect = (source: string, at: number, inLink: boolean) => {
    for (const { patterns, isTag } of ways) {
      for (const pattern of patterns) {
        for (const match of source.matchAll(pattern)) {
          const [tag, inner = ''] = match;
          const offset = at + match.index;
          const link = inLink || links.some(([from, to]) => offset >= from && offset < to);
          const end = offset + tag.length;
          if (taken.length >= MAX_SEEN) return;
          if (taken.some(([from, to]) => offset < to && end > from)) continue;
          if (!/\p{L}/u.test(inner) || !(isTag(inner, known) || (link && isUnsubscribing(inner)))) continue;
          if (!link && /^[[{](?![[{$!])/.test(tag) && isOnlyRemove(inner)) continue;
          taken.push([offset, end]);
          const before = found.get(tag);
          if (before) {
            before.times++;
            before.link ||= link;
          } else if (found.size < MAX_TOLD || isUnsubscribing(inner))
            found.set(tag, { offset, inner, times: 1, link, sure: patterns !== perhaps });
        }
      }
    }
  };
  collect(text, 0, false);
  for (const { decoded, offset, length } of encoded(text)) {
    const liquid = /\{\{\s*([^{}]{1,80}?)\s*\}\}/.exec(decoded);
    if (liquid) {
      taken.push([offset, offset + length]);
      found.set(text.slice(offset, offset + length), { offset, inner: liquid[1] as string, times: 1, link: true, sure: true });
    } else collect(decoded, offset, true);
  }
  const otherWay = offersWayOut(template);
  return [...found].map(([tag, { offset, inner, times, link, sure }]) => {
    const out = isUnsubscribing(inner) && !/resubs/i.test(inner);
    const dead = out && (link || (!otherWay && (sure || isUnsubscribeTag(inner))));
    const often = times > 1 ? ` It stands there ${times} times.` : '';
    return {
      offset,
      severity: dead ? 'error' : 'warning',
      message: `${shown(tag)} ${whatToWrite(inner, known, link, !dead)}${often}`,
    };
  });
}

/** Editors break long lines, also within a tag. Of the same length. */
const joined = (text: string) => text.replace(/(?<=\S)[ \t]*\r?\n[ \t]*(?=\S)/g, (lines) => ' '.repeat(lines.length));

const shown = (tag: string) => {
  const line = tag.replace(/\s+/g, ' ');
  return line.length > 60 ? `${line.slice(0, 60)}…` : line;
};

/** From where to where links go to, in the template. */
function linkRanges(text: string): [number, number][] {
  const attributes = text.matchAll(/\b(?:href|src|action)\s*=\s*(?:"([^"]{0,2000})"|'([^']{0,2000})'|([^\s"'>]{1,2000}))/gi);
  return [...attributes].map((match) => {
    // Behind "?" a mail's words begin.
    const words = /mailto:[^?]*\?/i.exec(match[0]);
    return [match.index, match.index + (words ? words.index + words[0].length : match[0].length)];
  });
}

const openers =
  /(?:&#123;|&#x7b;|&lbrace;|&lcub;){2}[^<>"']{1,120}?(?:&#125;|&#x7d;|&rbrace;|&rcub;){2}|(?:%7B|%257B|&#123;|&#x7b;|&lbrace;|&lcub;|%5B|%2A%7C|%3C%3C|%25%25|\{&(?:zwnj|zwj|nbsp);\{)[^\s"'<>]{1,160}/gi;

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
    if (/mailto:[^\s"'<>]*\?[^\s"'<>]*$/i.test(text.slice(Math.max(0, match.index - 500), match.index))) return [];
    const length = /(?:%7D|%257D|\}|;|%5D){1,2}/gi.exec(match[0]) ? lastClosing(match[0]) : match[0].length;
    return [{ decoded, offset: match.index, length }];
  });
}

function lastClosing(text: string): number {
  const match = /^[\s\S]*?(?:(?:%7D|%257D|&#125;|&#x7d;|&rbrace;|&rcub;|\}){1,2}|%5D|%7C%2A|%3E%3E|%25%25)/i.exec(text);
  return match ? match[0].length : text.length;
}
