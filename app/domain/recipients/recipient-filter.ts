import { z } from 'zod';
import { pageLimit } from '../page-limit.ts';
import { type RecipientStatus, recipientStatuses, troubles } from './recipient.ts';

const statusList = z.preprocess(
  (value) => (typeof value === 'string' ? value.split(',').filter(Boolean) : value),
  z.array(z.enum(recipientStatuses, 'There is no such recipient status.')),
);

/** GET /campaigns/:id/recipients. `status` may name several, with commas between. */
export const recipientFilter = z.object({
  status: statusList.optional(),
  code: z.string().max(100).optional(),
  delivery: z
    .enum(troubles, `The delivery must be one of ${troubles.join(', ')}.`)
    .optional()
    .describe('What became of the message after the provider had taken it, or what the person did then.'),
  q: z.string().max(320).optional(),
  cursor: z.string().max(4000).optional(),
  limit: pageLimit,
});

/** GET /campaigns/:id/export.csv: the same choice, all of it. */
export const exportFilter = recipientFilter.omit({ cursor: true, limit: true });

export interface RecipientFilter {
  status?: RecipientStatus | readonly RecipientStatus[] | string | undefined;
  code?: string | undefined;
  /** One of `troubles`. */
  delivery?: string | undefined;
  /** An address or number, whole or its beginning, in any spelling. */
  q?: string | undefined;
  cursor?: string | undefined;
  limit?: number | string | undefined;
}
