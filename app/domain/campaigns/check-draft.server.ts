import type { Database } from '#db/database.ts';
import type { ContentProblem } from '../content/check-content.ts';
import { examineFor } from '../content/preview-message.server.ts';
import { type SmsLength, smsLength } from '../content/sms-segments.ts';
import type { CampaignJson } from './campaign.ts';

/** Content as the editor has it, saved or not. */
export interface DraftContent {
  subject: string | null;
  html: string | null;
  text: string | null;
}

/** What the editor shows beside the draft. */
export interface DraftCheck {
  problems: ContentProblem[];
  /** Null while the list is empty: variables then stand for themselves. */
  recipient: { id: number; address: string } | null;
  subject: string | null;
  html: string | null;
  text: string | null;
  /** SMS only. */
  sms: SmsLength | null;
  /** Does the message itself offer the way out? */
  unsubscribes: boolean;
  /** Columns of the contacts that some sentence needs: used, and somewhere without a default. */
  needed: string[];
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
  const content = campaign.channel === 'sms' ? { ...draft, subject: null, html: null } : draft;
  const examination = await examineFor(db, campaign.id, recipientId, content);
  return { ...examination, sms: campaign.channel === 'sms' && examination.text !== null ? smsLength(examination.text) : null };
}
