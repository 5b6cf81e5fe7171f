import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node';
import { listNotifications, markRead } from '#app/domain/alerts/notifications.server.ts';
import { readForm } from '#app/http/request-bytes.server.ts';
import { assertMay, requireUser } from '#app/http/require.server.ts';

/** The bell's list. */
export async function loader({ context, request }: LoaderFunctionArgs): Promise<Response> {
  const viewer = await requireUser(context, request);
  assertMay(viewer, 'campaigns:read');
  return Response.json(await listNotifications(context.db, viewer), { headers: { 'Cache-Control': 'private, no-store' } });
}

/** Marks one (`id`), all (`id=all`) or those about a campaign (`campaign`) as read. */
export async function action({ context, request }: ActionFunctionArgs): Promise<Response> {
  const viewer = await requireUser(context, request);
  const form = await readForm(request, 64_000);
  const [id, campaign] = [form.get('id'), form.get('campaign')];
  const isId = (value: unknown): value is string => typeof value === 'string' && /^[1-9]\d{0,14}$/.test(value);
  if (id !== 'all' && !isId(id ?? campaign)) return new Response(null, { status: 400 });
  await markRead(context.db, viewer, id === null ? { campaign: Number(campaign) } : id === 'all' ? 'all' : Number(id));
  return new Response(null, { status: 204 });
}
