import { z } from 'zod';
import { pageLimit } from '../page-limit.ts';
import { alertEvents } from './alert.ts';

/** What people and programs may say about an endpoint; whether its URL is allowed depends on the configuration and is asked apart. */

const whole = (what: string, most: number) => {
  const error = `${what} must be a whole number from 1 to ${most}.`;
  return z.number(error).int(error).min(1, error).max(most, error);
};

const fields = {
  url: z.string('Enter the URL to send alerts to.').trim().min(1, 'Enter the URL to send alerts to.').max(2000, 'The URL is too long.'),
  events: z
    .array(z.enum(alertEvents, `Events are ${alertEvents.join(', ')}.`), 'Choose at least one event.')
    .min(1, 'Choose at least one event.')
    .transform((events) => [...new Set(events)]),
  failure_threshold: whole('The number of failures in a row', 100)
    .optional()
    .describe('Tell of failed and partially sent campaigns from the nth failure in a row on, of one campaign or of a channel. Default: 1.'),
  min_unreached: whole('The number of people', 1_000_000)
    .optional()
    .describe('Tell of campaigns only when at least so many people were not reached. Default: 1.'),
};

/** POST /webhook-endpoints. */
export const newEndpoint = z.strictObject(fields);
export type NewEndpoint = z.input<typeof newEndpoint>;

/** PATCH /webhook-endpoints/:id. */
export const endpointPatch = z.strictObject({
  url: fields.url.optional(),
  events: fields.events.optional(),
  failure_threshold: fields.failure_threshold,
  min_unreached: fields.min_unreached,
  enabled: z.boolean('Enabled must be true or false.').optional().describe('True switches a disabled endpoint on again.'),
});
export type EndpointPatch = z.input<typeof endpointPatch>;

/** GET /webhook-endpoints/:id/deliveries. */
export const deliveryFilter = z.object({
  cursor: z.string().max(500).optional(),
  limit: pageLimit,
});
export type DeliveryFilter = z.input<typeof deliveryFilter>;
