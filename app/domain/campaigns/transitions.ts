import type { CampaignStatus } from './campaign.ts';

/**
 * Every step that a campaign's status may take. The database holds the same table (`campaign_transition_allowed`)
 * and refuses anything else; a test compares the two.
 */
export const transitions: Record<CampaignStatus, readonly CampaignStatus[]> = {
  DRAFT: ['SCHEDULED', 'SENDING'],
  SCHEDULED: ['DRAFT', 'SENDING', 'CANCELLED'],
  SENDING: ['PAUSED', 'SENT', 'PARTIALLY_SENT', 'FAILED', 'CANCELLED'],
  PAUSED: ['SENDING', 'SENT', 'PARTIALLY_SENT', 'FAILED', 'CANCELLED'],
  // A carrier's late refusal, or support resolving an unknown recipient, may change the outcome of an ended campaign.
  SENT: ['SENDING', 'PARTIALLY_SENT', 'FAILED'],
  PARTIALLY_SENT: ['SENDING', 'SENT', 'FAILED'],
  FAILED: ['SENDING', 'SENT', 'PARTIALLY_SENT'],
  // Opened again for single recipients; it ends as it had ended.
  CANCELLED: ['SENDING'],
};
