import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node';
import { answer, on } from '#app/api/handler.server.ts';
import { getCampaign } from '#app/domain/campaigns/get-campaign.server.ts';
import { retryRecipient } from '#app/domain/recipients/retry-recipient.server.ts';

const serve = (args: LoaderFunctionArgs | ActionFunctionArgs) =>
  answer(
    args,
    on('retryRecipient', async ({ context: { db, env }, viewer, ids, body }) => {
      const recipient = await retryRecipient(db, viewer, ids.id, ids.rid, { address: body.address, windowS: env.recipientRetryWindowS });
      return { ...(await getCampaign(db, ids.id)), recipient };
    }),
  );

export const loader = (args: LoaderFunctionArgs) => serve(args);
export const action = (args: ActionFunctionArgs) => serve(args);
