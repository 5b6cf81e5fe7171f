import type { CampaignStatus } from '../campaigns/campaign.ts';
import type { Channel } from '../channel.ts';
import { type RecipientRow, toRecipientJson } from '../recipients/recipient-json.ts';
import type { PersonMessage } from './person.ts';

/** A recipient with its campaign, as the queries of this folder bring it. */
export interface MessageRow extends RecipientRow {
  campaign_id: number;
  campaign_name: string;
  campaign_channel: Channel;
  campaign_status: CampaignStatus;
}

export function toMessage({ campaign_id, campaign_name, campaign_channel, campaign_status, ...recipient }: MessageRow): PersonMessage {
  return {
    campaign: { id: campaign_id, name: campaign_name, channel: campaign_channel, status: campaign_status },
    recipient: toRecipientJson(recipient),
  };
}
