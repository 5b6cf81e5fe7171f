import { z } from 'zod';
import { resolutions } from './resolutions.ts';

// Apart from the words, which pages need: the library that checks is not part of what a browser loads for them.
const outcome = z.enum(resolutions, 'The outcome must be sent, failed or resend.');

/** POST /campaigns/:id/recipients/:rid/resolve. */
export const resolution = z.strictObject({ outcome });

/** POST /campaigns/:id/resolve. */
export const bulkResolution = z.strictObject({
  outcome,
  ids: z
    .array(z.int().positive(), 'The ids must be a list of recipients.')
    .min(1, 'Name at least one recipient, or leave ids out for all.')
    .max(1_000, 'Name at most 1,000 recipients, or leave ids out for all.')
    .optional()
    .describe('Default: every recipient of the campaign whose outcome nobody knows.'),
});
