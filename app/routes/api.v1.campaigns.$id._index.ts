import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node';
import { answer, on } from '#app/api/handler.server.ts';
import { ifMatch } from '#app/api/if-match.ts';
import { deleteCampaign } from '#app/domain/campaigns/delete-campaign.server.ts';
import { getCampaign } from '#app/domain/campaigns/get-campaign.server.ts';
import { updateCampaign } from '#app/domain/campaigns/update-campaign.server.ts';

const serve = (args: LoaderFunctionArgs | ActionFunctionArgs) =>
  answer(
    args,
    on('getCampaign', ({ context, ids }) => getCampaign(context.db, ids.id)),
    on('updateCampaign', ({ context, viewer, request, ids, body }) =>
      updateCampaign(context.db, ids.id, body, { viewer, seen: ifMatch(request.headers) }),
    ),
    on('deleteCampaign', async ({ context, request, ids }) => {
      await deleteCampaign(context.db, ids.id, ifMatch(request.headers));
      return undefined;
    }),
  );

export const loader = (args: LoaderFunctionArgs) => serve(args);
export const action = (args: ActionFunctionArgs) => serve(args);
