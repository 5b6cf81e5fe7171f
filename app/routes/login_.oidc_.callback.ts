import type { LoaderFunctionArgs } from '@remix-run/node';
import { finishOidc } from '#app/http/oidc-sign-in.server.ts';

/** Where the provider sends people back to. */
export const loader = ({ context, request }: LoaderFunctionArgs) => finishOidc(context, request);
