/** A message has some dozen tags; what has thousands is a mistake, or meant to keep the server busy. */
const MAX_TAGS = 5_000;
/** How deep blocks may stand in each other. */
const MAX_DEPTH = 60;

/** What is too much about a template, told before anything reads it; null where it may be read. Takes one pass. */
export function templateExcess(template: string): string | null {
  let tags = 0;
  let depth = 0;
  for (const [tag, opens, closes] of template.matchAll(
    /\{\{|\{%-?\s*(?:(if|unless|case|for|tablerow|capture)\b|(end(?:if|unless|case|for|tablerow|capture)\b))?/g,
  )) {
    tags++;
    if (tags > MAX_TAGS)
      return `It has more than ${MAX_TAGS.toLocaleString('en')} tags such as ${tag.startsWith('{{') ? '{{ … }}' : '{% … %}'}, which no message needs.`;
    if (opens) depth++;
    if (closes) depth--;
    if (depth > MAX_DEPTH) return `Its conditions and loops stand more than ${MAX_DEPTH} deep in each other.`;
  }
  return null;
}
