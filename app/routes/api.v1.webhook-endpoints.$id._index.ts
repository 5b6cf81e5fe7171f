import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node';
import { answer, on } from '#app/api/handler.server.ts';
import { deleteEndpoint, getEndpoint, updateEndpoint } from '#app/domain/alerts/endpoints.server.ts';

const serve = (args: LoaderFunctionArgs | ActionFunctionArgs) =>
  answer(
    args,
    on('getWebhookEndpoint', ({ context, ids }) => getEndpoint(context.db, ids.id)),
    on('updateWebhookEndpoint', ({ context, ids, body }) => updateEndpoint(context.db, ids.id, body, context.env)),
    on('deleteWebhookEndpoint', async ({ context, ids }) => {
      await deleteEndpoint(context.db, ids.id);
      return undefined;
    }),
  );

export const loader = (args: LoaderFunctionArgs) => serve(args);
export const action = (args: ActionFunctionArgs) => serve(args);
