import type { Database } from '#db/database.ts';
import { checkContent } from '../content/check-content.ts';
import { parseContent } from '../content/parse-content.ts';
import { RenderError, renderMessage } from '../content/render-message.ts';
import { notFound } from '../problem.ts';
import type { CampaignJson } from './campaign.ts';
import { getCampaign } from './get-campaign.server.ts';
import type { DefaultSenders } from './life.server.ts';

export interface PreviewProblem {
  severity: 'error' | 'warning';
  field: string;
  message: string;
}

/** The message as one recipient would get it; parts that could not be rendered are null. */
export interface Preview {
  /** Null while the list is empty. */
  recipient_id: number | null;
  to: string | null;
  from: string | null;
  subject: string | null;
  html: string | null;
  text: string | null;
  problems: PreviewProblem[];
}

/**
 * Renders for a recipient of the campaign's list (default: the first), and says what is wrong before anything is sent.
 *
 * @throws Problem 404 for a campaign or recipient that is not there
 */
export async function previewCampaign(db: Database, id: number, recipientId: number | null, senders: DefaultSenders): Promise<Preview> {
  const campaign = await getCampaign(db, id);
  const recipient = await sampleRecipient(db, id, recipientId);
  const from = senderOf(campaign, senders);
  const problems: PreviewProblem[] = checkContent(campaign).map(({ severity, field, message }) => ({ severity, field, message }));
  if (!from)
    problems.push({ severity: 'error', field: 'from', message: 'There is no sender. Enter one, or set a default in the configuration.' });

  const shown = { recipient_id: recipient?.id ?? null, to: recipient?.address ?? null, from };
  try {
    const content = renderMessage(parseContent(campaign), { address: recipient?.address ?? '', variables: recipient?.variables ?? {} });
    return { ...shown, subject: content.subject ?? null, html: content.html ?? null, text: content.text ?? null, problems };
  } catch (error) {
    if (!(error instanceof RenderError)) throw error;
    // A template that cannot be parsed has been told by the check; what fails for this person alone has not.
    if (!problems.some((problem) => problem.severity === 'error'))
      problems.push({ severity: 'error', field: 'content', message: error.message });
    return { ...shown, subject: null, html: null, text: null, problems };
  }
}

export function senderOf(campaign: Pick<CampaignJson, 'channel' | 'from'>, { emailFrom, smsFrom }: DefaultSenders): string | null {
  return campaign.from ?? (campaign.channel === 'email' ? emailFrom : smsFrom) ?? null;
}

interface Sample {
  id: number;
  address: string;
  variables: Record<string, string>;
}

/** The recipient with this id, or the list's first; null where the list is empty. */
export async function sampleRecipient(db: Database, campaignId: number, id: number | null): Promise<Sample | null> {
  const { rows } = await db.pool.query<Sample>(
    `select id, address, variables from recipients
     where campaign_id = $1 and ($2::bigint is null or id = $2) order by id limit 1`,
    [campaignId, id],
  );
  if (!rows[0] && id !== null) throw notFound('There is no recipient');
  return rows[0] ?? null;
}
