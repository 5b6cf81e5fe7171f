import { z } from 'zod';
import { channels } from '../channel.ts';
import { suppressionReasons } from './suppression.ts';

const cursor = z.string().max(1_000).optional();

export const suppressionFilter = z.object({
  channel: z.enum(channels).optional(),
  reason: z.enum(suppressionReasons).optional(),
  q: z.string().max(320).optional().describe('An address or number in any spelling, whole or its beginning.'),
  cursor,
  limit: z.coerce.number().int().min(1).max(500).default(50),
});
export type SuppressionFilter = z.input<typeof suppressionFilter>;

const address = z.string('Enter an address or a number.').trim().min(1, 'Enter an address or a number.').max(320);

export const newSuppression = z.strictObject({
  channel: z.enum(channels, 'Choose email or sms.'),
  address,
  reason: z.enum(suppressionReasons, `The reason must be one of ${suppressionReasons.join(', ')}.`).default('manual'),
});
export type NewSuppression = z.output<typeof newSuppression>;

/** POST /suppressions: one, or a list of them. */
export const newSuppressions = z.union([
  newSuppression,
  z
    .array(newSuppression, 'Send one suppression, or a list of them.')
    .min(1, 'The list is empty.')
    .max(1_000, 'Send at most 1,000 at once.'),
]);

const takenOff = z
  .enum(suppressionReasons)
  .optional()
  .describe('The reason to take off. Without it the block that a person set here or, if there is none, the only reason that stands.');

/** Named in the body, or in the query by clients that cannot send one with DELETE. Some send all that GET told them. */
export const namedSuppression = z.strictObject({
  channel: z.enum(channels).optional(),
  address: address.optional(),
  reason: takenOff,
});

export const suppressionReason = z.strictObject({ reason: takenOff });
