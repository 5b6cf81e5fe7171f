import type { LoaderFunctionArgs } from '@remix-run/node';
import { finishOidc } from '#app/http/oidc-sign-in.server.ts';

/** Where the provider sends people back to. */
export const loader = ({ context, request }: LoaderFunctionArgs) => finishOidc(context, request);

/** It always leads on; a page it is for what it says where there is no provider. */
export default function LeadsOn() {
  return null;
}
