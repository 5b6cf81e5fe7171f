import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node';
import { answer, on } from '#app/api/handler.server.ts';
import { previewCampaign } from '#app/domain/campaigns/preview-campaign.server.ts';

const serve = (args: LoaderFunctionArgs | ActionFunctionArgs) =>
  answer(
    args,
    on('previewCampaign', ({ context, ids, body }) => previewCampaign(context.db, ids.id, body.recipient_id ?? null, context.env)),
  );

export const loader = (args: LoaderFunctionArgs) => serve(args);
export const action = (args: ActionFunctionArgs) => serve(args);
