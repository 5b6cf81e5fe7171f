import { z } from 'zod';

const message = 'The limit must be a whole number from 1 to 500.';

/** How many entries a page of any list may have; each list has a default of its own. */
export const pageLimit = z.coerce.number(message).int(message).min(1, message).max(500, message).optional();
