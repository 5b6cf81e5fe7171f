import { z } from 'zod';

/** GET /campaigns/:id/attempts. */
export const attemptFilter = z.object({
  cursor: z.string().max(500).optional(),
  limit: z.coerce.number().int().min(1, 'The limit must be from 1 to 500.').max(500, 'The limit must be from 1 to 500.').optional(),
});
export type AttemptFilter = z.input<typeof attemptFilter>;
