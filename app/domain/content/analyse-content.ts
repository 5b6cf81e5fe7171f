import type { Finding } from './finding.ts';
import { readingEngine } from './liquid.ts';
import { sayLiquidError } from './liquid-errors.ts';
import { type Content, type ContentField, contentFields } from './parse-content.ts';
import { syntaxErrors } from './syntax-errors.ts';
import { templateExcess } from './template-limits.ts';
import { type TemplateUses, usesOf } from './template-uses.ts';

/** What one template says, read once. */
export interface FieldAnalysis {
  field: ContentField;
  template: string;
  uses: TemplateUses;
  /** Why it cannot be read; empty where it can. */
  broken: Finding[];
  /** Too much to be looked at any further. */
  excess: boolean;
}

const nothing = (): TemplateUses => ({ variables: [], filters: [], slips: [], made: new Set() });

/** Reads the fields that the channel has; blank ones are left out. */
export function analyseContent(content: Content): FieldAnalysis[] {
  const known = content.variables;
  return contentFields(content).flatMap(({ field, template }): FieldAnalysis[] => {
    if (template === null || template.trim() === '') return [];
    const excess = templateExcess(template);
    if (excess) return [{ field, template, uses: nothing(), broken: [{ offset: 0, severity: 'error', message: excess }], excess: true }];
    if (!/\{[{%]/.test(template)) return [{ field, template, uses: nothing(), broken: [], excess: false }];
    try {
      return [{ field, template, uses: usesOf(readingEngine.parse(template)), broken: [], excess: false }];
    } catch (error) {
      const { findings, uses } = syntaxErrors(template, readingEngine, known);
      return [{ field, template, uses, broken: findings.length > 0 ? findings : [whole(template, error as Error)], excess: false }];
    }
  });
}

/** Liquid's own complaint, where the tags are right one by one. */
function whole(template: string, error: Error): Finding {
  const { message, line = 1 } = sayLiquidError(error);
  const offset = template.split('\n', line - 1).join('\n').length + (line > 1 ? 1 : 0);
  return { offset, severity: 'error', message };
}
