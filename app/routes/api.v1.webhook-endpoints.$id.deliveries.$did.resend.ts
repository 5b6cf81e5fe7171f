import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node';
import { answer, on } from '#app/api/handler.server.ts';
import { resendDelivery } from '#app/domain/alerts/deliveries.server.ts';

const serve = (args: LoaderFunctionArgs | ActionFunctionArgs) =>
  answer(
    args,
    on('resendWebhookDelivery', ({ context, viewer, ids }) => resendDelivery(context.db, viewer, ids.id, ids.did, context.env)),
  );

export const loader = (args: LoaderFunctionArgs) => serve(args);
export const action = (args: ActionFunctionArgs) => serve(args);
