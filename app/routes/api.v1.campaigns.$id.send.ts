import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node';
import { answer, on } from '#app/api/handler.server.ts';
import { sendCampaign } from '#app/domain/campaigns/send-campaign.server.ts';
import { invalid } from '#app/domain/problem.ts';

const serve = (args: LoaderFunctionArgs | ActionFunctionArgs) =>
  answer(
    args,
    on('sendCampaign', async ({ context, viewer, ids, body }) => {
      if (body.scheduled_at)
        throw invalid([{ path: 'scheduled_at', message: 'Scheduling is not available yet. Leave it out to send now.' }]);
      return sendCampaign(context.db, viewer, ids.id, context.env);
    }),
  );

export const loader = (args: LoaderFunctionArgs) => serve(args);
export const action = (args: ActionFunctionArgs) => serve(args);
