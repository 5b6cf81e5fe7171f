import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node';
import { answer, on } from '#app/api/handler.server.ts';
import { createEndpoint, listEndpoints } from '#app/domain/alerts/endpoints.server.ts';

const serve = (args: LoaderFunctionArgs | ActionFunctionArgs) =>
  answer(
    args,
    on('listWebhookEndpoints', async ({ context }) => ({ data: await listEndpoints(context.db), next_cursor: null })),
    on('createWebhookEndpoint', ({ context, viewer, body }) => createEndpoint(context.db, viewer, body, context.env)),
  );

export const loader = (args: LoaderFunctionArgs) => serve(args);
export const action = (args: ActionFunctionArgs) => serve(args);
