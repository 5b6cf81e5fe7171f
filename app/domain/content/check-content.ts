import { analyseContent, type FieldAnalysis } from './analyse-content.ts';
import type { builtInVariables } from './built-in-variables.ts';
import type { Finding } from './finding.ts';
import { isFieldLike, variableFor } from './foreign-names.ts';
import { foreignTags } from './foreign-tags.ts';
import { brokenWaysOut, htmlHints } from './html-hints.ts';
import { plainEngine } from './liquid.ts';
import { sayLiquidError, sayUnknownFilter } from './liquid-errors.ts';
import { type Content, type ContentField, parseContent } from './parse-content.ts';
import { MAX_SMS_LENGTH } from './render-message.ts';
import { linesOf } from './template-lines.ts';
import { knownNames, namesWithSpaces, overshadowed, uncheckedVariables, unknownVariables } from './variable-problems.ts';

/** Something about the content, in words for a marketer. A campaign with an `error` cannot be sent. */
export interface ContentProblem {
  field: ContentField;
  message: string;
  /** In the template, from 1; absent where the whole field is meant. */
  line?: number;
  severity: 'error' | 'warning';
}

/** More than anybody reads at once; the rest is told when these are mended. */
const MAX_PROBLEMS = 100;

/** Everything that is wrong with a campaign's content, found before anything is sent: empty when it is fine. */
export function checkContent(content: Content): ContentProblem[] {
  return checkAnalysed(content, analyseContent(content));
}

/** The same, of content that has been read already. Errors first, each kind in the order of the template. */
export function checkAnalysed(content: Content, fields: readonly FieldAnalysis[]): ContentProblem[] {
  const problems = [
    ...missingParts(content),
    ...fields.flatMap((field) => ofField(content, field)),
    ...whenFilledIn(content, fields),
    ...unchecked(content, fields),
  ];
  const sorted = [...problems.filter(({ severity }) => severity === 'error'), ...problems.filter(({ severity }) => severity === 'warning')];
  return sorted.slice(0, MAX_PROBLEMS);
}

function missingParts({ channel, subject, html, text }: Content): ContentProblem[] {
  const problems: ContentProblem[] = [];
  const blank = (value: string | null) => value === null || value.trim() === '';
  if (channel === 'email' && blank(subject)) {
    problems.push({ field: 'subject', message: 'The email has no subject.', severity: 'error' });
  }
  if (channel === 'email' && blank(html) && blank(text)) {
    problems.push({ field: 'html', message: 'The email has no content. Write it as HTML, as plain text or both.', severity: 'error' });
  }
  if (channel === 'sms' && blank(text)) {
    problems.push({ field: 'text', message: 'The message has no text.', severity: 'error' });
  }
  if (channel === 'sms' && text !== null && text.length > MAX_SMS_LENGTH && !/\{[{%]/.test(text)) {
    problems.push({
      field: 'text',
      message: `The message is longer than ${MAX_SMS_LENGTH} characters, the most a provider takes.`,
      severity: 'error',
    });
  }
  return problems;
}

function ofField(content: Content, { field, template, uses, broken, excess }: FieldAnalysis): ContentProblem[] {
  const lineOf = linesOf(template);
  const known = knownNames(content);
  const findings: Finding[] = [...broken];
  if (!excess) {
    const spaced = namesWithSpaces(template, known);
    // Liquid reads each word of such a name as one; they are told already.
    const told = new Set([
      ...spaced.flatMap(({ words }) => words),
      ...(uses.slips.length > 0 ? ['is', 'eq', 'ne', 'gt', 'lt', 'in', 'equals'] : []),
    ]);
    const variables = uses.variables.filter(({ name }) => !told.has(name));
    findings.push(
      ...spaced.map(({ finding }) => finding),
      ...unknownFilters(uses.filters),
      ...unknownVariables(field, variables, content),
      ...overshadowed(uses.variables, content),
      ...wordsInOutputs(template, known),
      ...uses.slips.filter(({ offset }) => !spaced.some(({ finding }) => isWithin(template, finding.offset, offset))),
      ...foreignTags(template, field === 'html', known),
      ...brokenWaysOut(template),
      ...(field === 'html' ? htmlHints(template) : []),
    );
  }
  const problems = findings.map(({ offset, ...finding }) => ({ field, line: lineOf(offset), ...finding }));
  return [...new Map(problems.map((problem) => [`${problem.line} ${problem.message}`, problem])).values()];
}

/** Is the second place in the output that begins at the first? */
function isWithin(template: string, start: number, offset: number): boolean {
  return offset >= start && offset < template.indexOf('}}', start);
}

function unknownFilters(filters: FieldAnalysis['uses']['filters']): Finding[] {
  const unknown = filters.filter(({ name }) => !(name in plainEngine.filters));
  const first = unknown.filter(({ name }, index) => unknown.findIndex((other) => other.name === name) === index);
  return first.map(({ name, offset }) => ({ offset, severity: 'error', message: sayUnknownFilter(name) }));
}

/** `{{1}}`, as templates for WhatsApp have it, puts out "1", and `{{ "City" }}` the word. */
function wordsInOutputs(template: string, known: readonly string[]): Finding[] {
  const names = [...template.matchAll(/\{\{-?\s*["']([^"'{}\n]{1,60})["']\s*(?:\||-?\}\})/g)].filter(([, name = '']) =>
    isFieldLike(name, known),
  );
  const words = names.slice(0, 10).map(({ 1: name = '', index }) => ({
    offset: index,
    severity: 'warning' as const,
    message: `{{ "${name}" }} puts out these words. Write {{ ${variableFor(name, known)} }} without quotation marks.`,
  }));
  const numbers = [...template.matchAll(/\{\{-?\s*(\d+)\s*-?\}\}/g)].slice(0, 10).map(({ 0: tag, 1: number, index }) => ({
    offset: index,
    severity: 'warning' as const,
    message: `${tag} puts out the number ${number}. Write the name of a column, such as {{ first_name }}.`,
  }));
  return [...words, ...numbers];
}

/** One word on all variables, where the first of them stands. */
function unchecked(content: Content, fields: readonly FieldAnalysis[]): ContentProblem[] {
  const [first] = fields.flatMap(({ field, template, uses }) =>
    uncheckedVariables(uses.variables, content).map(({ offset }) => ({ field, line: linesOf(template)(offset) })),
  );
  const [all] = uncheckedVariables(
    fields.flatMap(({ uses }) => uses.variables),
    content,
  );
  return first && all ? [{ ...first, severity: 'warning', message: all.message }] : [];
}

/** What nobody lacks. */
const alwaysThere: Record<(typeof builtInVariables)[number], string> = {
  address: 'person@example.com',
  unsubscribe_url: 'https://example.com/u/sample',
};

/** What only shows when a template is filled in: tried with every variable filled, and with every one of the contacts' empty. */
function whenFilledIn(content: Content, fields: readonly FieldAnalysis[]): ContentProblem[] {
  const used = fields.flatMap(({ uses }) => uses.variables.map(({ name }) => name));
  const readable = fields.filter(({ broken, uses }) => broken.length === 0 && unknownFilters(uses.filters).length === 0);
  const parsed = parseContent({ ...content, ...onlyFields(content, readable), variables: [...content.variables, ...used] });
  const samples = ['sample', ''].map((value) => ({
    ...Object.fromEntries(Object.keys(parsed.blank).map((name) => [name, value])),
    ...alwaysThere,
  }));
  return readable.flatMap(({ field }) => {
    for (const sample of samples) {
      try {
        parsed[field]?.render(sample);
      } catch (error) {
        if (namesUnknown(error, content, used)) return [];
        const { message, line } = sayLiquidError(error as Error);
        return [{ field, message, ...(line !== undefined && { line }), severity: 'error' as const }];
      }
    }
    return [];
  });
}

/** `contact.first_name` where there is no `contact`: told already. */
function namesUnknown(error: unknown, content: Content, used: readonly string[]): boolean {
  const name = /undefined variable: ([^.,\s]+)/.exec((error as Error).message)?.[1];
  return name !== undefined && used.includes(name) && !knownNames(content).includes(name);
}

function onlyFields(content: Content, fields: readonly FieldAnalysis[]): Pick<Content, ContentField> {
  const has = (field: ContentField) => (fields.some((one) => one.field === field) ? content[field] : null);
  return { subject: has('subject'), html: has('html'), text: has('text') };
}
