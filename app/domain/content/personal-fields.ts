import { analyseContent, type FieldAnalysis } from './analyse-content.ts';
import { builtInVariables } from './built-in-variables.ts';
import type { Content } from './parse-content.ts';

/** The contact columns that make the message personal, each once. */
export function personalFields(content: Content): string[] {
  return personalOf(analyseContent(content));
}

export function personalOf(fields: readonly FieldAnalysis[]): string[] {
  const builtIn: readonly string[] = builtInVariables;
  return [...new Set(fields.flatMap(({ uses }) => uses.variables.map(({ name }) => name)))].filter((name) => !builtIn.includes(name));
}
