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
  return template
    .replace(/\{%-?\s*raw\s*-?%\}[\s\S]*?(?:\{%-?\s*endraw\s*-?%\}|$)/g, blanks)
    .replace(/\{%-?\s*comment\b[\s\S]*?(?:\{%-?\s*endcomment\s*-?%\}|$)/g, blanks)
    .replace(/\{\{[^{}]*\}\}|\{%(?:(?!%\})[\s\S]){0,2000}%\}|\{\{(?:(?!\}\})[\s\S]){0,2000}\}\}\}?/g, blanks);
}
