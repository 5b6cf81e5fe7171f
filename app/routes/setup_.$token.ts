import type { LoaderFunctionArgs } from '@remix-run/node';
import { openLink, SETUP } from '#app/http/access-link.server.ts';

/** Where the line in the log leads. */
export const loader = ({ context, params }: LoaderFunctionArgs) => openLink(params.token ?? '', context.env.baseUrl, SETUP);
