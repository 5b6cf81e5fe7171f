import type { LoaderFunctionArgs } from '@remix-run/node';
import { beginOidc } from '#app/http/oidc-sign-in.server.ts';

/** The button of the sign-in page leads here, and from here to the provider. */
export const loader = ({ context, request }: LoaderFunctionArgs) => beginOidc(context, request);

/** It always leads on; a page it is for what it says where there is no provider. */
export default function LeadsOn() {
  return null;
}
