import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node';
import { z } from 'zod';
import { assertMay, requireUser } from '#app/domain/access/require.server.ts';
import { getCampaign } from '#app/domain/campaigns/get-campaign.server.ts';
import { checkDraft } from '#app/domain/content/check-draft.server.ts';
import { emptyVariables } from '#app/domain/content/empty-variables.server.ts';
import { isProblem } from '#app/domain/problem.ts';
import { problemResponse } from '#app/domain/problem-response.server.ts';
import { suppressedOfList } from '#app/domain/suppressions/change-suppressions.server.ts';
import { idOf } from '#app/page-problem.server.ts';

const MAX_CONTENT = 1_000_000;
const content = z.string().max(MAX_CONTENT).nullable();
const typed = z.object({ subject: content, html: content, text: content, recipient_id: z.int().positive().nullable() });

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
  const parsed = typed.safeParse(await request.json().catch(() => null));
  if (!parsed.success) return Response.json({ detail: 'The content is too long to be checked.' }, { status: 422 });
  const { recipient_id, ...draft } = parsed.data;
  return answer(async () => checkDraft(context.db, await getCampaign(context.db, id), draft, recipient_id ?? undefined));
}

/** For how many people the named columns are empty, and how many are never sent to. Reads the whole list, so it is asked for apart. */
export async function loader({ context, request, params }: LoaderFunctionArgs) {
  assertMay(await requireUser(context, request), 'campaigns:write');
  const id = idOf(params.id);
  const names = new URL(request.url).searchParams.getAll('name').slice(0, 50);
  return answer(async () => {
    const [empty, suppressed] = await Promise.all([emptyVariables(context.db, id, names), suppressedOfList(context.db, id)]);
    return { empty, suppressed };
  });
}
