import { redirect } from '@remix-run/node';

/** Asked for by browsers that draw a page anew, and by tools that look at no page. */
export const loader = () => redirect('/favicon.svg', 308);
