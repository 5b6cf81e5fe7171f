import type { LoaderFunctionArgs } from '@remix-run/node';
import { readInsights } from '#app/domain/campaigns/insights.server.ts';
import { idOf } from '#app/http/page-problem.server.ts';
import { assertMay, requireUser } from '#app/http/require.server.ts';

/** What the live page asks for again while its numbers move. */
export async function loader({ context, request, params }: LoaderFunctionArgs): Promise<Response> {
  assertMay(await requireUser(context, request), 'campaigns:read');
  return Response.json(await readInsights(context.db, idOf(params.id)), { headers: { 'Cache-Control': 'private, no-store' } });
}
