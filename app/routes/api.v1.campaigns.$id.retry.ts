import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node';
import { answer, on } from '#app/api/handler.server.ts';
import { getRetryPreview, retryCampaign } from '#app/domain/campaigns/retry-campaign.server.ts';

const serve = (args: LoaderFunctionArgs | ActionFunctionArgs) =>
  answer(
    args,
    on('previewRetry', ({ context, ids }) => getRetryPreview(context.db, ids.id)),
    on('retryCampaign', ({ context, viewer, ids, body }) =>
      retryCampaign(context.db, viewer, ids.id, { codes: body.codes, windowS: context.env.retryWindowS }),
    ),
  );

export const loader = (args: LoaderFunctionArgs) => serve(args);
export const action = (args: ActionFunctionArgs) => serve(args);
