import { z } from 'zod';
import type { CampaignStatus, Channel } from '../campaigns/campaign.ts';
import type { RecipientJson } from '../recipients/recipient.ts';

/** One message to a person: a line of some campaign's ledger. */
export interface PersonMessage {
  campaign: { id: number; name: string; channel: Channel; status: CampaignStatus };
  recipient: RecipientJson;
}

/** GET /people. */
export const peopleFilter = z.object({
  q: z
    .string('Enter an address or a phone number.')
    .trim()
    .min(1, 'Enter an address or a phone number.')
    .max(320, 'This is too long for an address.')
    .describe('An address or phone number in any spelling, whole or its beginning.'),
  cursor: z.string().max(2000).optional(),
  limit: z.coerce.number().int().min(1, 'The limit must be from 1 to 500.').max(500, 'The limit must be from 1 to 500.').optional(),
});
