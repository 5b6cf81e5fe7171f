import { type CampaignJson, hasEnded } from '#app/domain/campaigns/campaign.ts';

/** What stands in the place of the reasons while there are none. They are read a moment after the counters that they explain. */
export function noReasons({ status, failed, pending, unknown }: Pick<CampaignJson, 'status' | 'failed' | 'pending' | 'unknown'>): string {
  if (failed > 0) return 'The reasons appear here in a moment.';
  if (!hasEnded(status)) return 'Nobody has failed so far.';
  if (pending > 0) return 'No single recipient failed: sending stopped before their turn.';
  if (unknown > 0) return 'Nobody is known to have failed; some outcomes are unknown.';
  return 'Nobody failed.';
}
