import { z } from 'zod';

/** What a person may decide of a recipient whose outcome is unknown: it arrived, it did not, or send it again. */
export const resolutions = ['sent', 'failed', 'resend'] as const;
export type Resolution = (typeof resolutions)[number];

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

/** May a person still decide it? Also after it was given up as unknown, and also in campaigns that have ended. */
export function mayResolve({
  status,
  failure_code,
  unknown_until,
}: {
  status: string;
  failure_code: string | null;
  unknown_until?: unknown;
}): boolean {
  return (status === 'unknown' && !unknown_until) || (status === 'failed' && failure_code === 'outcome_unknown');
}
