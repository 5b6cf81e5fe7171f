import type { Database } from '#db/database.ts';
import type { Channel } from '../campaigns/campaign.ts';
import { notFound } from '../problem.ts';
import { type ContentProblem, checkContent } from './check-content.ts';
import { type Content, parseContent } from './parse-content.ts';
import { RenderError, renderMessage } from './render-message.ts';

export interface Preview {
  /** Whose message it is; null while the campaign has no recipients, where variables stand for themselves. */
  recipient: { id: number; address: string } | null;
  subject: string | null;
  html: string | null;
  text: string | null;
  problems: ContentProblem[];
}

/**
 * One recipient's message as it would be sent: of the given recipient, else of the first. Parts are null where the content does not work;
 * `problems` then says why.
 *
 * @param draft content that is not saved yet, for the editor
 * @param unsubscribeUrl what stands for the recipient's link; nobody is unsubscribed by a preview
 * @throws Problem 404
 */
export async function previewMessage(
  db: Database,
  campaignId: number,
  recipientId?: number,
  draft: Partial<Pick<Content, 'subject' | 'html' | 'text'>> = {},
  unsubscribeUrl?: string,
): Promise<Preview> {
  const { rows } = await db.pool.query<Content>('select channel, subject, html, text, variables from campaigns where id = $1', [
    campaignId,
  ]);
  if (!rows[0]) {
    throw notFound('There is no campaign');
  }
  const content: Content = { ...rows[0], ...draft };
  const found = await db.pool.query<{ id: number; address: string; variables: Record<string, string> }>(
    'select id, address, variables from recipients where campaign_id = $1 and ($2::bigint is null or id = $2) order by id limit 1',
    [campaignId, recipientId ?? null],
  );
  const recipient = found.rows[0] ?? null;
  if (!recipient && recipientId !== undefined) {
    throw notFound('There is no recipient');
  }
  const problems = checkContent(content);
  const parts = { subject: null, html: null, text: null };
  try {
    const message = renderMessage(parseContent(content), { ...(recipient ?? standIn(content)), unsubscribeUrl });
    return { recipient: recipient && { id: recipient.id, address: recipient.address }, ...parts, ...message, problems };
  } catch (error) {
    if (!(error instanceof RenderError)) {
      throw error;
    }
    if (!problems.some((problem) => problem.field === error.field && problem.severity === 'error')) {
      problems.push({ field: error.field, message: error.message, severity: 'error' });
    }
    return { recipient: recipient && { id: recipient.id, address: recipient.address }, ...parts, problems };
  }
}

function standIn({ channel, variables }: { channel: Channel; variables: readonly string[] }) {
  return {
    address: channel === 'email' ? 'recipient@example.com' : '+12015550123',
    variables: Object.fromEntries(variables.map((name) => [name, `[${name}]`])),
  };
}
