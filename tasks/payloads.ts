import { z } from 'zod';

/** What each job carries; Graphile stores it as JSON. Names and shapes are typed here and nowhere else. */
export const campaignPayload = z.object({ campaign_id: z.number().int() });
export const sendPayload = z.object({
  campaign_id: z.number().int(),
  recipient_id: z.number().int(),
  dispatch_seq: z.number().int(),
  probe: z.boolean().optional(),
});
export const chunkPayload = campaignPayload.extend({ place: z.number().int(), slots: z.number().int().optional() });
export const probePayload = z.object({ channel: z.enum(['email', 'sms']) });
export const clonePayload = campaignPayload.extend({
  clone_id: z.number().int(),
  recipients: z.enum(['all', 'not_reached']).default('all'),
});
export const removalPayload = campaignPayload.extend({ import_ids: z.array(z.number().int()) });
export const startPayload = campaignPayload.extend({ scheduled_at: z.string() });
export const alertPayload = z.object({ alert_id: z.number().int() });
export const deliveryPayload = z.object({ delivery_id: z.number().int() });
