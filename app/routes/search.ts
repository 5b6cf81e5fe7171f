import type { LoaderFunctionArgs } from '@remix-run/node';
import type { Found } from '#app/components/search/use-search.ts';
import { assertMay, requireUser } from '#app/domain/access/require.server.ts';
import { listCampaigns } from '#app/domain/campaigns/list-campaigns.server.ts';
import { suggestPeople } from '#app/domain/people/find-people.server.ts';

const EACH = 6;

/** What the search over all pages finds while it is typed: campaigns by name, people by address or number. */
export async function loader({ context, request }: LoaderFunctionArgs): Promise<Response> {
  assertMay(await requireUser(context, request), 'campaigns:read');
  const q = (new URL(request.url).searchParams.get('q') ?? '').trim().slice(0, 200);
  const [campaigns, people] =
    q === ''
      ? [[], []]
      : await Promise.all([listCampaigns(context.db, { q, limit: EACH }).then(({ data }) => data), suggestPeople(context.db, q, EACH)]);
  const found: Found = { q, campaigns: campaigns.map(({ id, name, channel, status }) => ({ id, name, channel, status })), people };
  return Response.json(found, { headers: { 'Cache-Control': 'private, no-store' } });
}
