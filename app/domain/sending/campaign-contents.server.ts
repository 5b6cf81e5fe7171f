import type { Database } from '#db/database.ts';
import type { Channel } from '../channel.ts';
import { type ParsedContent, parseContent } from '../content/parse-content.ts';
import { type BodyParts, sharedBody } from '../content/render-message.ts';

/** What sending needs of a campaign. It does not change once the campaign has started, so it is read and parsed once a worker. */
export interface SendableCampaign {
  sender: string;
  content: ParsedContent;
  /** What everybody gets of html and text. */
  shared: BodyParts;
}

const KEPT = 100;

/** The contents of the campaigns that are being sent; the longest unused make room. */
export function campaignContents(db: Database): { get(campaignId: number): Promise<SendableCampaign> } {
  const kept = new Map<number, Promise<SendableCampaign>>();
  return {
    get(campaignId) {
      const campaign = kept.get(campaignId) ?? load(db, campaignId);
      kept.delete(campaignId);
      kept.set(campaignId, campaign);
      campaign.catch(() => kept.delete(campaignId));
      const oldest = kept.keys().next();
      if (kept.size > KEPT && !oldest.done) kept.delete(oldest.value);
      return campaign;
    },
  };
}

interface ContentRow {
  channel: Channel;
  sender: string | null;
  subject: string | null;
  html: string | null;
  text: string | null;
  variables: string[];
}

async function load(db: Database, campaignId: number): Promise<SendableCampaign> {
  const { rows } = await db.pool.query<ContentRow>('select channel, sender, subject, html, text, variables from campaigns where id = $1', [
    campaignId,
  ]);
  const row = rows[0];
  if (!row) throw new Error(`campaign ${campaignId} does not exist`);
  const content = parseContent(row);
  return { sender: row.sender ?? '', content, shared: sharedBody(content) };
}
