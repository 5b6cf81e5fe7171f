import { z } from 'zod';
import { pageLimit } from '../page-limit.ts';

/** GET /campaigns/:id/activity. */
export const activityFilter = z.object({
  order: z.enum(['oldest', 'newest'], 'The order must be oldest or newest.').optional().describe('Which comes first. Default: oldest.'),
  cursor: z.string().max(500).optional(),
  limit: pageLimit,
});
export type ActivityFilter = z.input<typeof activityFilter>;
