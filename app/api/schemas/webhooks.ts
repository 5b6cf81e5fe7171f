import { z } from 'zod';
import { type AlertPayload, alertEvents } from '../../domain/alerts/alert.ts';
import { channels } from '../../domain/channel.ts';
import { listItem } from './campaigns.ts';
import { count, id, text, time } from './common.ts';

export const webhookEndpoint = z.strictObject({
  id,
  url: z.string(),
  events: z.array(z.enum(alertEvents)),
  failure_threshold: z.int().min(1),
  min_unreached: z.int().min(1),
  failing_since: time.nullable().describe('Since when every delivery has failed.'),
  disabled_at: time.nullable(),
  disabled_reason: text,
  created_at: time,
  created_by: text,
});

export const endpointWithSecret = webhookEndpoint.extend({
  secret: z.string().optional().describe('whsec_ and base64, for checking signatures. Shown once: a replay by Idempotency-Key has none.'),
});

const alertType = z.enum([...alertEvents, 'webhook.test']);

const alertBody = z
  .strictObject({
    type: alertType,
    timestamp: time,
    data: z.strictObject({
      campaign: listItem.nullable(),
      provider: z
        .strictObject({ provider: z.string(), channel: z.enum(channels), reason: z.string(), until: time.nullable() })
        .optional()
        .describe('With provider.degraded.'),
    }),
  })
  .describe('The body of the webhook.') satisfies z.ZodType<AlertPayload>;

export const webhookDelivery = z.strictObject({
  id,
  type: alertType,
  campaign_id: id.nullable(),
  message_id: z.string().describe('The header webhook-id, the same for every try.'),
  status: z.enum(['pending', 'delivered', 'failed']),
  created_at: time,
  next_attempt_at: time.nullable(),
  payload: alertBody,
  attempts: z
    .array(
      z.strictObject({
        at: time,
        latency_ms: count,
        status: z.int().nullable().describe('HTTP status; null without an answer.'),
        response: text.describe('The first 1,000 characters of the answer.'),
        error: text.describe('Why it did not count as delivered; null for a 2xx.'),
        actor: text.describe('Who sent it by hand.'),
      }),
    )
    .describe('Oldest first.'),
});
