import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node';
import { answer, on } from '#app/api/handler.server.ts';
import { getCampaign } from '#app/domain/campaigns/get-campaign.server.ts';
import { resolveRecipient } from '#app/domain/recipients/resolve-recipient.server.ts';

const serve = (args: LoaderFunctionArgs | ActionFunctionArgs) =>
  answer(
    args,
    on('resolveRecipient', async ({ context: { db }, viewer, ids, body }) => {
      const recipient = await resolveRecipient(db, viewer, ids.id, ids.rid, body.outcome);
      return { ...(await getCampaign(db, ids.id)), recipient };
    }),
  );

export const loader = (args: LoaderFunctionArgs) => serve(args);
export const action = (args: ActionFunctionArgs) => serve(args);
