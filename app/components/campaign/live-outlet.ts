import type { Channel } from '#app/domain/campaigns/campaign.ts';

/** What the live page hands to the sheet that opens over it. */
export interface LiveOutlet {
  channel: Channel;
  /** The campaign's sender. */
  from: string | null;
  /** Columns of the contact file, in its order. */
  variables: string[];
  /** The campaign's path. */
  path: string;
  /** Answered joins of the live connection. */
  joins: number;
}
