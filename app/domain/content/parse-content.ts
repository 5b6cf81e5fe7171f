import type { Liquid, Template } from 'liquidjs';
import type { Channel } from '../campaigns/campaign.ts';
import { builtInVariables } from './built-in-variables.ts';
import { htmlEngine, plainEngine } from './liquid.ts';
import { liquidGaps } from './liquid-gaps.ts';
import { compileSimple, type Gaps } from './simple-template.ts';

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
}

export type ContentField = 'subject' | 'html' | 'text';

export interface ParsedField {
  /** Liquid's tree; null for templates that need none, and for broken ones. */
  templates: Template[] | null;
  /** Liquid's complaint about a template that cannot be parsed. */
  error: Error | null;
  /** @throws what Liquid throws, and `error` */
  render(variables: Record<string, string>): string;
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
export function parseContent({ channel, subject, html, text, variables }: Content): ParsedContent {
  const email = channel === 'email';
  const known = new Set<string>([...variables, ...builtInVariables]);
  return {
    channel,
    subject: email ? parseField(subject, plainEngine, known) : null,
    html: email ? parseField(html, htmlEngine, known) : null,
    text: parseField(text, plainEngine, known),
    blank: Object.fromEntries([...known].map((name) => [name, ''])),
  };
}

function parseField(template: string | null, engine: Liquid, known: ReadonlySet<string>): ParsedField | null {
  if (template === null || template.trim() === '') {
    return null;
  }
  const simple = compileSimple(template, known, engine === htmlEngine);
  if (simple) {
    return { templates: null, error: null, ...simple };
  }
  try {
    // Copies of the variables, because {% increment %} writes into them: what one part counts is no business of the next.
    const templates = engine.parse(template);
    return {
      templates,
      error: null,
      render: (variables) => engine.renderSync(templates, { ...variables }),
      gaps: liquidGaps(engine, templates),
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
