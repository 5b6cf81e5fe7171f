import { type ActionFunctionArgs, redirect } from '@remix-run/node';
import { signOut } from '#app/http/sign-in.server.ts';

export const action = ({ context, request }: ActionFunctionArgs) => signOut(context, request);

/** Signing out changes something, so a link alone does nothing. */
export const loader = () => redirect('/');
