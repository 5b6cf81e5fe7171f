import { analyseContent, type FieldAnalysis } from './analyse-content.ts';
import { builtInVariables } from './built-in-variables.ts';
import type { Content, ContentField } from './parse-content.ts';
import { linesOf } from './template-lines.ts';

export interface UsedVariable {
  field: ContentField;
  name: string;
  /** In the template, from 1. */
  line: number;
}

/** Every variable that the templates name and that must come from the contacts, in the order in which it appears. */
export function usedVariables(content: Content): UsedVariable[] {
  return analyseContent(content).flatMap(({ field, template, uses }) => {
    const lineOf = linesOf(template);
    return uses.variables.map(({ name, offset }) => ({ field, name, line: lineOf(offset) }));
  });
}

/** The contact columns that make the message personal, each once. */
export function personalFields(content: Content): string[] {
  return personalOf(analyseContent(content));
}

export function personalOf(fields: readonly FieldAnalysis[]): string[] {
  const builtIn: readonly string[] = builtInVariables;
  return [...new Set(fields.flatMap(({ uses }) => uses.variables.map(({ name }) => name)))].filter((name) => !builtIn.includes(name));
}
