import type { LoaderFunctionArgs } from '@remix-run/node';
import { endOidc } from '#app/http/oidc-sign-in.server.ts';

/** To where somebody signs out of the provider, after they have signed out here. */
export const loader = ({ context }: LoaderFunctionArgs) => endOidc(context);
