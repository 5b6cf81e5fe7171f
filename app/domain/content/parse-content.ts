import { type Liquid, type Template, toValueSync } from 'liquidjs';
import type { Channel } from '../channel.ts';
import { builtInVariables } from './built-in-variables.ts';
import { htmlEngine, plainEngine } from './liquid.ts';
import { maxLength, renderingContext } from './liquid-budget.ts';
import { liquidGaps } from './liquid-gaps.ts';
import { compileSimple, type Gaps } from './simple-template.ts';
import { usesOf } from './template-uses.ts';
import type { Variables } from './variable-value.ts';

/** What a campaign says, as it is stored. */
export interface Content {
  channel: Channel;
  /** Email only. */
  subject: string | null;
  /** Email only. */
  html: string | null;
  text: string | null;
  /** Columns that the contact files brought. */
  variables: readonly string[];
  /** Are there any recipients? Where this is not said, columns tell. */
  contacts?: boolean;
}

export type ContentField = 'subject' | 'html' | 'text';

/** The templates that the channel has. */
export function contentFields({ channel, subject, html, text }: Content): { field: ContentField; template: string | null }[] {
  const texts = [{ field: 'text' as const, template: text }];
  if (channel === 'sms') return texts;
  return [{ field: 'subject', template: subject }, { field: 'html', template: html }, ...texts];
}

export interface ParsedField {
  /** Liquid's tree; null for templates that need none, and for broken ones. */
  templates: Template[] | null;
  /** Liquid's complaint about a template that cannot be parsed. */
  error: Error | null;
  /** @throws what Liquid throws, and `error` */
  render(variables: Variables): string;
  /** What is everybody's and what is one person's; null for a broken template. */
  gaps: Gaps | null;
}

export interface ParsedContent {
  channel: Channel;
  subject: ParsedField | null;
  html: ParsedField | null;
  text: ParsedField | null;
  /** Every known column, empty: a recipient that lacks one has it empty. */
  blank: Record<string, string>;
}

/**
 * Parses a campaign's templates, once for all of its recipients. Never throws: a broken template is told by
 * checkContent, and when it is rendered. Fields that the channel does not use, and blank ones, are null.
 */
export function parseContent(content: Content): ParsedContent {
  const { channel, subject, html, text, variables } = content;
  const email = channel === 'email';
  const known = new Set<string>([...variables, ...builtInVariables]);
  const parsed = {
    subject: email ? parseField(subject, plainEngine, known) : null,
    html: email ? parseField(html, htmlEngine, known) : null,
    text: parseField(text, plainEngine, known),
  };
  const columns = [...known, ...optionalOf([parsed.subject, parsed.html, parsed.text])];
  return { channel, ...parsed, blank: Object.fromEntries(columns.map((name) => [name, ''])) };
}

/** Columns that nobody may have: the templates say each time what stands in their place. */
function optionalOf(fields: readonly (ParsedField | null)[]): string[] {
  const uses = fields.flatMap((field) => (field?.templates ? usesOf(field.templates).variables : []));
  const needed = new Set(uses.filter(({ defaulted }) => !defaulted).map(({ name }) => name));
  return [...new Set(uses.map(({ name }) => name))].filter((name) => !needed.has(name));
}

/** What a message may become; more where the template itself is longer. */
const MAX_HTML = 1_000_000;
const MAX_TEXT = 200_000;

function parseField(template: string | null, engine: Liquid, known: ReadonlySet<string>): ParsedField | null {
  if (template === null || template.trim() === '') {
    return null;
  }
  const most = maxLength(template, engine === htmlEngine ? MAX_HTML : MAX_TEXT);
  const simple = compileSimple(template, known, engine === htmlEngine, most);
  if (simple) {
    return { templates: null, error: null, ...simple };
  }
  try {
    const templates = engine.parse(template);
    return {
      templates,
      error: null,
      render: (variables) => String(toValueSync(engine.renderer.renderTemplates(templates, renderingContext(engine, variables, most)))),
      gaps: liquidGaps(engine, templates, most),
    };
  } catch (cause) {
    const error = cause as Error;
    return {
      templates: null,
      error,
      render() {
        throw error;
      },
      gaps: null,
    };
  }
}
