import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node';
import { z } from 'zod';
import { MAX_CONTENT_JSON_BYTES, parseContentJson, readJsonBytes } from '#app/api/body.server.ts';
import { contentFields } from '#app/domain/campaigns/campaign-input.ts';
import { checkDraft } from '#app/domain/campaigns/check-draft.server.ts';
import { getCampaign } from '#app/domain/campaigns/get-campaign.server.ts';
import { emptyVariables } from '#app/domain/content/empty-variables.server.ts';
import { parseInput } from '#app/domain/parse-input.ts';
import { isProblem } from '#app/domain/problem.ts';
import { suppressedOfList } from '#app/domain/suppressions/change-suppressions.server.ts';
import { idOf } from '#app/http/page-problem.server.ts';
import { problemResponse } from '#app/http/problem-response.server.ts';
import { assertMay, requireUser } from '#app/http/require.server.ts';

const typed = z.object({ ...contentFields, recipient_id: z.int().positive().nullable() });

async function answer(work: () => Promise<object>): Promise<Response> {
  try {
    return Response.json(await work(), { headers: { 'Cache-Control': 'no-store' } });
  } catch (error) {
    if (isProblem(error)) return problemResponse(error);
    throw error;
  }
}

/** The editor's question while somebody types: what is wrong with this, and what would this person get? Nothing is saved. */
export async function action({ context, request, params }: ActionFunctionArgs) {
  assertMay(await requireUser(context, request), 'campaigns:write');
  const id = idOf(params.id);
  return answer(async () => {
    const { recipient_id, ...draft } = parseInput(typed, parseContentJson(await readJsonBytes(request, MAX_CONTENT_JSON_BYTES)));
    return checkDraft(context.db, await getCampaign(context.db, id), draft, recipient_id ?? undefined);
  });
}

/** For how many people the named columns are empty, and how many are never sent to. Reads the whole list, so it is asked for apart. */
export async function loader({ context, request, params }: LoaderFunctionArgs) {
  assertMay(await requireUser(context, request), 'campaigns:write');
  const id = idOf(params.id);
  const names = new URL(request.url).searchParams.getAll('name');
  return answer(async () => {
    const [empty, suppressed] = await Promise.all([emptyVariables(context.db, id, names), suppressedOfList(context.db, id)]);
    return { empty, suppressed };
  });
}
