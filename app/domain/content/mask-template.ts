// What is never closed goes on to the end: so each of these takes one pass over the template.

/** Blanks of the same length, so that what is left keeps its place and its line. */
const blanks = (text: string) => text.replace(/[^\n]/g, ' ');

/** Without what no reader sees: styles, scripts, and the marks of comments (a comment for Outlook is read by it). */
export function maskUnsent(html: string): string {
  return html
    .replace(/<(style|script)\b[^<>]{0,500}>[\s\S]*?(?:<\/\1\s*>|$)/gi, blanks)
    .replace(
      /<!--\[if[^\]]{0,80}\]>(?:<!-->|--!?>)?|<!(?:--)?\s*<!\[endif\]-->|<!\[endif\]-->|<!--<!\[endif\]-->|<!\[endif\]>|<!\[CDATA\[|\]\]>/gi,
      blanks,
    )
    .replace(/<!--(?!\[)[\s\S]*?(?:-->|$)/g, blanks);
}

/** Without Liquid. */
export function maskLiquid(template: string): string {
  const shown = template
    .replace(/\{%-?\s*raw\s*-?%\}[\s\S]*?(?:\{%-?\s*endraw\s*-?%\}|$)/g, blanks)
    .replace(/\{%-?\s*comment\b[\s\S]*?(?:\{%-?\s*endcomment\s*-?%\}|$)/g, blanks);
  return replaceTags(shown, blanks);
}

/** What is longer and has another brace inside was never closed: what follows it is read as text, for its own faults. */
const LONGEST_TAG = 2_000;

/** With something else of the same length in place of each of Liquid's tags. Where they are closed is looked for once, however many are not. */
export function replaceTags(template: string, standIn: (tag: string) => string): string {
  const opening = /\{[{%]/g;
  const closed = { '}}': -1, '%}': -1 };
  let out = '';
  let at = 0;
  for (let found = opening.exec(template); found; found = opening.exec(template)) {
    const inside = found.index + 2;
    const closing = found[0] === '{{' ? '}}' : '%}';
    if (closed[closing] < inside) {
      const end = template.indexOf(closing, inside);
      closed[closing] = end === -1 ? Number.POSITIVE_INFINITY : end;
    }
    const end = closed[closing];
    opening.lastIndex = inside - 1;
    if (end === Number.POSITIVE_INFINITY) continue;
    if (end - inside > LONGEST_TAG) {
      const brace = template.indexOf('{', inside);
      if (brace !== -1 && brace < end) continue;
    }
    const after = end + (template[inside] === '{' && template[end + 2] === '}' ? 3 : 2);
    out += template.slice(at, found.index) + standIn(template.slice(found.index, after));
    at = after;
    opening.lastIndex = after;
  }
  return out + template.slice(at);
}
