import { z } from 'zod';
import { pageLimit } from '../page-limit.ts';

/** GET /campaigns/:id/attempts. */
export const attemptFilter = z.object({
  cursor: z.string().max(500).optional(),
  limit: pageLimit,
});
export type AttemptFilter = z.input<typeof attemptFilter>;
