import type { LoaderFunctionArgs } from '@remix-run/node';
import { assertReaches } from '#app/domain/access/key-limits.server.ts';
import { getCampaign } from '#app/domain/campaigns/get-campaign.server.ts';
import { changesSince } from '#app/domain/campaigns/stale-revision.server.ts';
import { isProblem } from '#app/domain/problem.ts';
import { idOf } from '#app/http/page-problem.server.ts';
import { problemResponse } from '#app/http/problem-response.server.ts';
import { assertMay, requireApi } from '#app/http/require.server.ts';

/** How a draft is now, and who changed what since a revision: what an open editor asks when it hears of a change. Says 401 where a page would lead away. */
export async function loader({ context, request, params }: LoaderFunctionArgs): Promise<Response> {
  const viewer = await requireApi(context, request);
  assertMay(viewer, 'campaigns:read');
  const id = idOf(params.id);
  const since = Number(new URL(request.url).searchParams.get('since'));
  try {
    await assertReaches(context.db, viewer, id);
    const campaign = await getCampaign(context.db, id);
    const changes = await changesSince(context.db.pool, id, Number.isSafeInteger(since) ? since : 0);
    return Response.json({ campaign, changes }, { headers: { 'Cache-Control': 'private, no-store' } });
  } catch (error) {
    if (isProblem(error)) return problemResponse(error);
    throw error;
  }
}
