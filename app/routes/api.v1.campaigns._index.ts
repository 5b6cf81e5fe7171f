import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node';
import { answer, on } from '#app/api/handler.server.ts';
import { createCampaign } from '#app/domain/campaigns/create-campaign.server.ts';
import { listCampaigns } from '#app/domain/campaigns/list-campaigns.server.ts';

const serve = (args: LoaderFunctionArgs | ActionFunctionArgs) =>
  answer(
    args,
    on('listCampaigns', ({ context, query }) => listCampaigns(context.db, query)),
    on('createCampaign', ({ context, viewer, body }) => createCampaign(context.db, viewer, body)),
  );

export const loader = (args: LoaderFunctionArgs) => serve(args);
export const action = (args: ActionFunctionArgs) => serve(args);
