import type { LoaderFunctionArgs } from '@remix-run/node';
import type { Insights } from '#app/components/campaign/use-insights.ts';
import { assertMay, requireUser } from '#app/domain/access/require.server.ts';
import { failureGroups } from '#app/domain/campaigns/failure-groups.server.ts';
import { minutes } from '#app/domain/campaigns/minutes.server.ts';
import { idOf } from '#app/page-problem.server.ts';

/** What the live page asks for again while its numbers move: a few rows, whatever the size of the campaign. */
export async function loader({ context, request, params }: LoaderFunctionArgs): Promise<Response> {
  assertMay(await requireUser(context, request), 'campaigns:read');
  const id = idOf(params.id);
  const [reasons, perMinute] = await Promise.all([failureGroups(context.db, id), minutes(context.db, id)]);
  const insights: Insights = { reasons, minutes: perMinute };
  return Response.json(insights, { headers: { 'Cache-Control': 'private, no-store' } });
}
