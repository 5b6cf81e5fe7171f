/** Does the template print the variable somewhere without `| default:` behind it? Names come from the parser, so they hold no special signs. */
export function withoutDefault(template: string, name: string): boolean {
  const outputs = template.matchAll(new RegExp(`\\{\\{-?\\s*${name}(?![\\p{L}\\p{N}_])([^}]*)\\}\\}`, 'gu'));
  return [...outputs].some(([, filters = '']) => !/\|\s*default\s*:/.test(filters));
}
