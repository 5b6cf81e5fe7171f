import { type LoaderFunctionArgs, redirect } from '@remix-run/node';
import { assertMay, requireUser } from '#app/http/require.server.ts';

export async function loader({ context, request }: LoaderFunctionArgs) {
  assertMay(await requireUser(context, request), 'settings:write');
  throw redirect('/settings/webhooks');
}

export default function SettingsIndex() {
  return null;
}
