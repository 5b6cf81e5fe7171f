import type { Database } from '#db/database.ts';
import { ask } from '../access/ask.server.ts';
import { examineFor } from '../content/preview-message.server.ts';
import { smsLength } from '../content/sms-segments.ts';
import type { CampaignJson } from './campaign.ts';
import type { DraftCheck } from './draft-check.ts';

/** Content as the editor has it, saved or not. */
export interface DraftContent {
  subject: string | null;
  html: string | null;
  text: string | null;
}

/**
 * Checks a draft's content and renders it for one recipient, else for the first of the list.
 *
 * @throws Problem 404
 */
export async function checkDraft(
  db: Database,
  campaign: Pick<CampaignJson, 'id' | 'channel'>,
  draft: DraftContent,
  recipientId?: number,
): Promise<DraftCheck> {
  ask('campaigns:read');
  const content = campaign.channel === 'sms' ? { ...draft, subject: null, html: null } : draft;
  const examination = await examineFor(db, campaign.id, recipientId, content);
  return { ...examination, sms: campaign.channel === 'sms' && examination.text !== null ? smsLength(examination.text) : null };
}
