import type { LoaderFunctionArgs } from '@remix-run/node';
import { beginOidc } from '#app/http/oidc-sign-in.server.ts';

/** The button of the sign-in page leads here, and from here to the provider. */
export const loader = ({ context, request }: LoaderFunctionArgs) => beginOidc(context, request);
