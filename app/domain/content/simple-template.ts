/** Names that mean something else in Liquid. */
const words = /^(?:true|false|nil|null|empty|blank)$/;

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;' };

function escapeHtml(text: string): string {
  return /[&<>"']/.test(text) ? text.replace(/[&<>"']/g, (character) => entities[character] as string) : text;
}

/** A template as the texts that everybody gets, and what stands between each two of them for one person. */
export interface Gaps {
  /** One more than there are gaps. */
  shared: readonly string[];
  /** null where this person's texts differ elsewhere, too. @throws what Liquid throws */
  fill(variables: Record<string, string>): string[] | null;
}

/**
 * Most templates only name variables: `Hello {{ first_name }}`. Those are filled in without Liquid, with the same result
 * (measured: a message in 1.5 µs where Liquid takes 14), and text without any tag is handed back as it is.
 *
 * @returns null for a template that needs Liquid, or that names a variable which is not in `known`
 */
export function compileSimple(
  template: string,
  known: ReadonlySet<string>,
  escapes: boolean,
): { gaps: Gaps; render(variables: Record<string, string>): string } | null {
  const parts = template.split(/\{\{\s*([\p{L}_][\p{L}\p{N}_]*)\s*\}\}/u);
  const texts = parts.filter((_, index) => index % 2 === 0);
  const names = parts.filter((_, index) => index % 2 === 1);
  // A text that ends in a brace would make the next tag "{{{".
  if (texts.some((text) => /\{\{|\{%|\{$/.test(text)) || names.some((name) => words.test(name) || !known.has(name))) {
    return null;
  }
  const filled = (name: string, variables: Record<string, string>) => {
    const value = variables[name] ?? '';
    return escapes ? escapeHtml(value) : value;
  };
  return {
    gaps: { shared: texts, fill: (variables) => names.map((name) => filled(name, variables)) },
    render(variables) {
      let result = texts[0] as string;
      for (let index = 0; index < names.length; index++) result += filled(names[index] as string, variables) + texts[index + 1];
      return result;
    },
  };
}
