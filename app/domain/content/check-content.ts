import { toVariableName } from '../contacts/variable-names.ts';
import { builtInVariables } from './built-in-variables.ts';
import { sayLiquidError } from './liquid-errors.ts';
import { nearest } from './nearest.ts';
import { type Content, type ContentField, parseContent } from './parse-content.ts';
import { MAX_SMS_LENGTH } from './render-message.ts';
import { usedVariables } from './used-variables.ts';

/** Something about the content, in words for a marketer. A campaign with an `error` cannot be sent. */
export interface ContentProblem {
  field: ContentField;
  message: string;
  /** In the template, from 1; absent where the whole field is meant. */
  line?: number;
  severity: 'error' | 'warning';
}

const names: Record<ContentField, string> = { subject: 'subject', html: 'HTML', text: 'text' };

/** Everything that is wrong with a campaign's content, found before anything is sent: empty when it is fine. */
export function checkContent(content: Content): ContentProblem[] {
  return [...missingParts(content), ...brokenTemplates(content), ...unknownVariables(content), ...foreignTags(content)];
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

/** What nobody lacks. */
const alwaysThere: Record<(typeof builtInVariables)[number], string> = {
  address: 'person@example.com',
  unsubscribe_url: 'https://example.com/u/sample',
};

/** Syntax, and what only shows when a template is filled in: tried with every variable filled, and with every one of the contacts' empty. */
function brokenTemplates(content: Content): ContentProblem[] {
  const used = usedVariables(content);
  const parsed = parseContent({ ...content, variables: [...content.variables, ...used.map((variable) => variable.name)] });
  const samples = ['sample', ''].map((value) => ({
    ...Object.fromEntries(Object.keys(parsed.blank).map((name) => [name, value])),
    ...alwaysThere,
  }));
  const problems: ContentProblem[] = [];
  for (const field of ['subject', 'html', 'text'] as const) {
    for (const sample of samples) {
      try {
        parsed[field]?.render(sample);
      } catch (error) {
        const { message, line } = sayLiquidError(error as Error);
        problems.push({ field, message, ...(line !== undefined && { line }), severity: 'error' });
        break;
      }
    }
  }
  return problems;
}

function unknownVariables(content: Content): ContentProblem[] {
  const known = [...content.variables, ...builtInVariables];
  const spaced = namesWithSpaces(content);
  // Liquid reads each word of such a name as one; they are told already.
  const told = new Set(spaced.flatMap(({ field, words }) => words.map((word) => `${field} ${word}`)));
  const unknown = usedVariables(content).flatMap(({ field, name, line }) => {
    const key = `${field} ${name}`;
    if (known.includes(name) || told.has(key)) {
      return [];
    }
    told.add(key);
    return [
      {
        field,
        line,
        severity: 'error' as const,
        message: `The ${names[field]} uses {{ ${name} }}, but the contacts have no such column.${advice(name, content, known)}`,
      },
    ];
  });
  return [...spaced.map(({ problem }) => problem), ...unknown];
}

function namesWithSpaces(content: Content): { field: ContentField; words: string[]; problem: ContentProblem }[] {
  return (['subject', 'html', 'text'] as const).flatMap((field) => {
    const template = (content.channel === 'email' || field === 'text' ? content[field] : null) ?? '';
    return [...template.matchAll(/\{\{-?\s*([\p{L}_][\p{L}\p{N}_]*(?: +[\p{L}_][\p{L}\p{N}_]*)+)\s*-?\}\}/gu)].map((match) => {
      const words = (match[1] ?? '').split(/ +/);
      const line = template.slice(0, match.index).split('\n').length;
      const message = `${match[0]} has a space in its name. Did you mean {{ ${toVariableName(words.join(' '))} }}?`;
      return { field, words, problem: { field, line, message, severity: 'error' as const } };
    });
  });
}

function advice(name: string, { channel, variables }: Content, known: string[]): string {
  const asColumn = toVariableName(name);
  const meant = known.includes(asColumn) ? asColumn : (nearest(name, known) ?? known.find((other) => other.startsWith(`${asColumn}_`)));
  if (meant) {
    return ` Did you mean {{ ${meant} }}?`;
  }
  if (/^(?:e_?mail|phone|mobile|number|to)/i.test(name)) {
    return ` Use {{ address }} for the recipient’s ${channel === 'email' ? 'email address' : 'phone number'}.`;
  }
  if (variables.length === 0) {
    return ' Import contacts that have it.';
  }
  const some = variables.slice(0, 8).map((variable) => `{{ ${variable} }}`);
  return ` There are: ${some.join(', ')}${variables.length > some.length ? ' and more' : ''}.`;
}

/** Merge tags of other products would arrive as they stand. */
function foreignTags(content: Content): ContentProblem[] {
  const fields = content.channel === 'email' ? (['subject', 'html', 'text'] as const) : (['text'] as const);
  return fields.flatMap((field) => {
    const template = content[field] ?? '';
    const tag = /\*\|[A-Z0-9_:]+\|\*|%%[A-Za-z_]+%%|(?<!\{)\{(?:first|last|full)?_?name\}(?!\})/i.exec(template);
    if (!tag) {
      return [];
    }
    const line = template.slice(0, tag.index).split('\n').length;
    const message = `${tag[0]} is another product’s way to write a variable and would be sent as it stands. Write it as {{ first_name }}.`;
    return [{ field, line, message, severity: 'warning' as const }];
  });
}
