import type { Database } from '#db/database.ts';
import { Problem } from '../problem.ts';
import type { ContentProblem } from './check-content.ts';
import { examine } from './examiner.server.ts';
import type { Content } from './parse-content.ts';

export interface CheckedContent {
  content: Content;
  problems: ContentProblem[];
}

/** Checks a campaign's content as it is stored, outside of any transaction: what follows compares by {@link isSameContent}. @throws Problem 404 */
export async function checkStored(db: Database, campaignId: number): Promise<CheckedContent> {
  const { rows } = await db.pool.query<Content>(
    'select channel, subject, html, text, variables, total > 0 as contacts from campaigns where id = $1',
    [campaignId],
  );
  const content = rows[0];
  if (!content) throw new Problem(404, 'not_found', 'This campaign does not exist.');
  const { problems } = await examine(content, null);
  return { content, problems };
}

/** Would a check say the same of both? */
export function isSameContent(a: Content, b: Content): boolean {
  return (
    (['channel', 'subject', 'html', 'text'] as const).every((field) => a[field] === b[field]) &&
    a.variables.length === b.variables.length &&
    a.variables.every((name, index) => name === b.variables[index])
  );
}
