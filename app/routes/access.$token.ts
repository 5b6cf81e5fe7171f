import type { LoaderFunctionArgs } from '@remix-run/node';
import { openLink } from '#app/http/access-link.server.ts';

/** Where mailed and copied links lead. Nothing is looked up and nothing used up here. */
export const loader = ({ context, params }: LoaderFunctionArgs) => openLink(params.token ?? '', context.env.baseUrl);
