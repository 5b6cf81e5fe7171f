import { type LoaderFunctionArgs, redirect } from '@remix-run/node';
import { isLinkToken } from '#app/domain/access/link-secret.server.ts';
import { openLink, PRIVATE, SETUP } from '#app/http/access-link.server.ts';

/** Where the line in the log leads. */
export const loader = ({ context, params: { token = '' } }: LoaderFunctionArgs) =>
  isLinkToken(token) ? openLink(token, context.env.baseUrl, SETUP) : redirect('/setup?wrong=1', { headers: PRIVATE });
