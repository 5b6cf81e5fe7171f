import type { FieldAnalysis } from './analyse-content.ts';
import { readingEngine } from './liquid.ts';
import { type Use, usesOf } from './template-uses.ts';

/** Does a name stand somewhere to be read, without `| default:` behind it? Conditions ask for it, they do not show it. */
const isNeeded = ({ defaulted, asked }: Use) => !defaulted && !asked;

/** Does the template print the variable somewhere without `| default:` behind it? */
export function withoutDefault(template: string, name: string): boolean {
  return usesOf(readingEngine.parse(template)).variables.some((use) => use.name === name && isNeeded(use));
}

/** Names that stand somewhere without a default: whoever lacks one gets a sentence with a gap. Each once. */
export function neededNames(fields: readonly FieldAnalysis[]): string[] {
  return [...new Set(fields.flatMap(({ uses }) => uses.variables.filter(isNeeded).map(({ name }) => name)))];
}
