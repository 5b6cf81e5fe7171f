import type { LoaderFunctionArgs } from '@remix-run/node';
import type { Found, FoundPerson } from '#app/components/search/use-search.ts';
import { may } from '#app/domain/access/roles.ts';
import { suggestCampaigns } from '#app/domain/campaigns/find-campaigns.server.ts';
import { messagesNamed, suggestByDetails, suggestPeople } from '#app/domain/people/find-people.server.ts';
import { assertMay, requireUser } from '#app/http/require.server.ts';

const EACH = 6;

/**
 * What the search over all pages finds while it is typed: campaigns by name, people by address or number, or the one whose message a provider
 * calls so. With `details` people by their name or the end of their number, which takes longer and is asked for apart.
 */
export async function loader({ context, request }: LoaderFunctionArgs): Promise<Response> {
  const viewer = await requireUser(context, request);
  assertMay(viewer, 'campaigns:read');
  const seesPeople = may(viewer, 'people:read');
  const { db } = context;
  const { searchParams } = new URL(request.url);
  const q = (searchParams.get('q') ?? '').trim().slice(0, 200);
  return Response.json(q === '' ? { q, campaigns: [], people: [] } : await find(), { headers: { 'Cache-Control': 'private, no-store' } });

  async function find(): Promise<Found> {
    if (!seesPeople) return { q, campaigns: searchParams.has('details') ? [] : await suggestCampaigns(db, q, EACH), people: [] };
    if (searchParams.has('details')) {
      const found = await suggestByDetails(db, q, EACH);
      const people = found.map(({ recipient: { address }, matched = [] }) => ({
        ...{ address, to: toPerson(address), why: matched.map(({ value }) => value).join(' ') || null },
      }));
      return { q, campaigns: [], people };
    }
    const [campaigns, addresses, called] = await Promise.all([
      suggestCampaigns(db, q, EACH),
      suggestPeople(db, q, EACH),
      messagesNamed(db, q, EACH),
    ]);
    const people: FoundPerson[] = [
      ...called.map(({ address, campaign_id, campaign_name, id }) => ({
        ...{ address, to: `/campaigns/${campaign_id}/recipients/${id}`, why: `This message of ${campaign_name}` },
      })),
      ...addresses.map((address) => ({ address, to: toPerson(address), why: null })),
    ];
    return { q, campaigns, people };
  }
}

function toPerson(address: string): string {
  return `/people?${new URLSearchParams({ q: address })}`;
}
