import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node';
import { answer, on } from '#app/api/handler.server.ts';
import { getCampaign } from '#app/domain/campaigns/get-campaign.server.ts';
import { resolveUnknown } from '#app/domain/recipients/resolve-recipient.server.ts';

const serve = (args: LoaderFunctionArgs | ActionFunctionArgs) =>
  answer(
    args,
    on('resolveUnknown', async ({ context: { db }, viewer, ids, body }) => {
      const resolved = await resolveUnknown(db, viewer, ids.id, body);
      return { ...(await getCampaign(db, ids.id)), resolved };
    }),
  );

export const loader = (args: LoaderFunctionArgs) => serve(args);
export const action = (args: ActionFunctionArgs) => serve(args);
