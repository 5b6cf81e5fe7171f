import { z } from 'zod';

/** GET /campaigns/:id/activity. */
export const activityFilter = z.object({
  order: z.enum(['oldest', 'newest'], 'The order must be oldest or newest.').optional().describe('Which comes first. Default: oldest.'),
  cursor: z.string().max(500).optional(),
  limit: z.coerce.number().int().min(1, 'The limit must be from 1 to 500.').max(500, 'The limit must be from 1 to 500.').optional(),
});
export type ActivityFilter = z.input<typeof activityFilter>;
