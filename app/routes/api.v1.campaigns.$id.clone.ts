import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node';
import { answer, on } from '#app/api/handler.server.ts';
import { cloneCampaign } from '#app/domain/campaigns/clone-campaign.server.ts';

const serve = (args: LoaderFunctionArgs | ActionFunctionArgs) =>
  answer(
    args,
    on('cloneCampaign', ({ context, viewer, ids, body }) => cloneCampaign(context.db, viewer, ids.id, body.recipients)),
  );

export const loader = (args: LoaderFunctionArgs) => serve(args);
export const action = (args: ActionFunctionArgs) => serve(args);
