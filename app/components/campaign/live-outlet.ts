import type { CampaignJson } from '#app/domain/campaigns/campaign.ts';

/** What the live page hands to the sheet that opens over it. */
export interface LiveOutlet {
  /** As it is now. */
  campaign: CampaignJson;
  /** The campaign's path. */
  path: string;
  /** Answered joins of the live connection. */
  joins: number;
}
