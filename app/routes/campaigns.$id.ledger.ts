import type { LoaderFunctionArgs } from '@remix-run/node';
import { getCampaign } from '#app/domain/campaigns/get-campaign.server.ts';
import { readLedgerFilter } from '#app/domain/recipients/ledger-filter.ts';
import { idOf, orErrorPage } from '#app/http/page-problem.server.ts';
import { assertMay, requireUser } from '#app/http/require.server.ts';
import { readLedgerPage } from '#app/routes/_app.campaigns.$id/read-ledger-page.server.ts';

/** The live page's list, read again in the background: same search parameters, same page. */
export async function loader({ context, request, params }: LoaderFunctionArgs): Promise<Response> {
  assertMay(await requireUser(context, request), 'people:read');
  const campaign = await orErrorPage(getCampaign(context.db, idOf(params.id)));
  const page = await orErrorPage(readLedgerPage(context.db, campaign, readLedgerFilter(new URL(request.url).searchParams)));
  return Response.json(page, { headers: { 'Cache-Control': 'private, no-store' } });
}
