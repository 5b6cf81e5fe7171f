import { analyseContent } from './analyse-content.ts';
import { type ContentProblem, checkAnalysed } from './check-content.ts';
import { neededNames } from './defaults.ts';
import { type Content, parseContent } from './parse-content.ts';
import { personalOf } from './personal-fields.ts';
import { type MessageRecipient, RenderError, renderMessage } from './render-message.ts';

/** All that is to be known of a content, from one reading of it. */
export interface Examination {
  problems: ContentProblem[];
  /** As one person gets it; null where a part is blank, and all of them where it cannot be made. */
  subject: string | null;
  html: string | null;
  text: string | null;
  /** Does the message itself offer the way out? */
  unsubscribes: boolean;
  /** Columns of the contacts that some sentence needs: used, and somewhere without a default. */
  needed: string[];
}

/**
 * Checks a content and fills it in for one person, or for nobody: then variables stand for themselves. Pure, and at times slow: what a web
 * process asks goes through examiner.server.ts.
 */
export function examineContent(content: Content, recipient: MessageRecipient | null): Examination {
  const fields = analyseContent(content);
  const problems = checkAnalysed(content, fields);
  const personal = personalOf(fields);
  const facts = {
    unsubscribes: fields.some(({ uses }) => uses.variables.some(({ name }) => name === 'unsubscribe_url')),
    // What is no column has a problem of its own, and is not "empty for all" beside it.
    needed: neededNames(fields).filter((name) => content.variables.includes(name)),
  };
  const parts = { subject: null, html: null, text: null };
  if (fields.some(({ excess }) => excess)) return { problems, ...parts, ...facts };
  try {
    const names = recipient ? content.variables : [...new Set([...content.variables, ...personal])];
    const message = renderMessage(parseContent({ ...content, variables: names }), recipient ?? standIn(content, names));
    return { problems, ...parts, ...message, ...facts };
  } catch (error) {
    if (!(error instanceof RenderError)) throw error;
    if (!problems.some((problem) => problem.field === error.field && problem.severity === 'error')) {
      problems.push({ field: error.field, message: error.message, severity: 'error' });
    }
    return { problems, ...parts, ...facts };
  }
}

function standIn({ channel }: Content, names: readonly string[]): MessageRecipient {
  return {
    address: channel === 'email' ? 'recipient@example.com' : '+12015550123',
    variables: Object.fromEntries(names.map((name) => [name, `[${name}]`])),
  };
}
