import { builtInVariables } from './built-in-variables.ts';
import { htmlEngine } from './liquid.ts';
import { type Content, type ContentField, parseContent } from './parse-content.ts';

export interface UsedVariable {
  field: ContentField;
  name: string;
  /** In the template, from 1. */
  line: number;
}

const fields: ContentField[] = ['subject', 'html', 'text'];

/** Every variable that the templates name and that must come from the contacts, in the order in which it appears; broken templates have none. */
export function usedVariables(content: Content): UsedVariable[] {
  // Without known columns, no template takes the shortcut around Liquid.
  const parsed = parseContent({ ...content, variables: [] });
  return fields.flatMap((field) => {
    const templates = parsed[field]?.templates;
    if (!templates) {
      return [];
    }
    const { globals } = htmlEngine.analyzeSync(templates, { partials: false });
    return Object.values(globals)
      .flat()
      .map((variable) => ({ field, name: String(variable.segments[0]), line: variable.location.row, column: variable.location.col }))
      .sort((a, b) => a.line - b.line || a.column - b.column)
      .map(({ field, name, line }) => ({ field, name, line }));
  });
}

/** The contact columns that make the message personal, each once. */
export function personalFields(content: Content): string[] {
  const builtIn: readonly string[] = builtInVariables;
  return [...new Set(usedVariables(content).map((used) => used.name))].filter((name) => !builtIn.includes(name));
}
