import { z } from 'zod';
import { pageLimit } from '../page-limit.ts';

/** A person's text message that asked for nothing that Rollcall understands. */
export interface InboundMessageJson {
  id: number;
  /** Their number. */
  sender: string;
  /** Ours; null where the provider did not tell. */
  to: string | null;
  body: string;
  received_at: string;
  /** The last campaign that sent to the number, and their line in it. */
  campaign_id: number | null;
  recipient_id: number | null;
  /** Nobody sends to the number (any more). */
  suppressed: boolean;
}

/** GET /inbound-messages. */
export const inboundFilter = z.object({
  sender: z.string().max(50).optional().describe('A number in E.164, such as +15550100200: only its messages.'),
  cursor: z.string().max(500).optional(),
  limit: pageLimit,
});
