import type { LoaderFunctionArgs } from '@remix-run/node';
import { endOidc } from '#app/http/oidc-sign-in.server.ts';

/** To where somebody signs out of the provider, after they have signed out here. */
export const loader = ({ context }: LoaderFunctionArgs) => endOidc(context);

/** It always leads on; a page it is for what it says where there is no provider. */
export default function LeadsOn() {
  return null;
}
