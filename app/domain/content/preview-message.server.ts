import type { Database } from '#db/database.ts';
import { ask, mayHere } from '../access/ask.server.ts';
import { notFound } from '../problem.ts';
import type { Examination } from './examine-content.ts';
import { examine } from './examiner.server.ts';
import type { Content } from './parse-content.ts';
import type { Preview } from './preview.ts';
import type { Variables } from './variable-value.ts';

type Draft = Partial<Pick<Content, 'subject' | 'html' | 'text'>>;

/**
 * One recipient's message as it would be sent: of the given recipient, else of the first; of nobody for those who may not see people. Parts are null where the content does not work;
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
  draft: Draft = {},
  unsubscribeUrl?: string,
): Promise<Preview> {
  const { unsubscribes, needed, ...preview } = await examineFor(db, campaignId, recipientId, draft, unsubscribeUrl);
  return preview;
}

/** The preview and all else that is known of the content. @throws Problem 404 */
export async function examineFor(
  db: Database,
  campaignId: number,
  recipientId?: number,
  draft: Draft = {},
  unsubscribeUrl?: string,
): Promise<Examination & Pick<Preview, 'recipient'>> {
  ask('campaigns:read');
  const { rows } = await db.pool.query<Content>('select channel, subject, html, text, variables from campaigns where id = $1', [
    campaignId,
  ]);
  if (!rows[0]) {
    throw notFound('There is no campaign');
  }
  if (recipientId !== undefined) ask('people:read');
  const found = await db.pool.query<{ id: number; address: string; variables: Variables }>(
    'select id, address, variables from recipients where campaign_id = $1 and ($2::bigint is null or id = $2) order by id limit 1',
    [campaignId, recipientId ?? null],
  );
  const recipient = mayHere('people:read') ? (found.rows[0] ?? null) : null;
  if (!recipient && recipientId !== undefined) {
    throw notFound('There is no recipient');
  }
  const content: Content = { ...rows[0], ...draft, contacts: found.rows.length > 0 };
  const examination = await examine(content, recipient && { ...recipient, unsubscribeUrl });
  return { recipient: recipient && { id: recipient.id, address: recipient.address }, ...examination };
}
