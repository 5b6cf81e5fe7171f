import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node';
import { answer, on } from '#app/api/handler.server.ts';
import { failureGroups } from '#app/domain/campaigns/failure-groups.server.ts';
import { getCampaign } from '#app/domain/campaigns/get-campaign.server.ts';

const serve = (args: LoaderFunctionArgs | ActionFunctionArgs) =>
  answer(
    args,
    on('listFailures', async ({ context, ids }) => {
      await getCampaign(context.db, ids.id);
      return { data: await failureGroups(context.db.pool, ids.id) };
    }),
  );

export const loader = (args: LoaderFunctionArgs) => serve(args);
export const action = (args: ActionFunctionArgs) => serve(args);
