import type { Database } from '#db/database.ts';
import type { CampaignJson } from '../campaigns/campaign.ts';
import type { ContentProblem } from './check-content.ts';
import { withoutDefault } from './defaults.ts';
import { previewMessage } from './preview-message.server.ts';
import { type SmsLength, smsLength } from './sms-segments.ts';
import { personalFields, usedVariables } from './used-variables.ts';

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
  /** Columns that some sentence needs: used, and somewhere without a default. */
  needed: string[];
}

/**
 * Checks a draft's content and renders it for one recipient, else for the first of the list.
 *
 * @throws Problem 404
 */
export async function checkDraft(
  db: Database,
  campaign: Pick<CampaignJson, 'id' | 'channel' | 'variables'>,
  draft: DraftContent,
  recipientId?: number,
): Promise<DraftCheck> {
  const content = campaign.channel === 'sms' ? { ...draft, subject: null, html: null } : draft;
  const { problems, ...preview } = await previewMessage(db, campaign.id, recipientId, content);
  const broken = problems.some((problem) => problem.severity === 'error');
  const used = broken ? [] : personalFields({ channel: campaign.channel, variables: campaign.variables, ...content });
  const templates = [content.subject, content.html, content.text].map((template) => template ?? '');
  return {
    problems,
    ...preview,
    sms: campaign.channel === 'sms' && preview.text !== null ? smsLength(preview.text) : null,
    unsubscribes: usedVariables({ channel: campaign.channel, variables: campaign.variables, ...content }).some(
      ({ name }) => name === 'unsubscribe_url',
    ),
    needed: used.filter((name) => templates.some((template) => withoutDefault(template, name))),
  };
}
