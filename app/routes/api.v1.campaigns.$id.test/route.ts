import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node';
import { answer, on } from '#app/api/handler.server.ts';
import { sendTest } from '#app/domain/campaigns/send-test.server.ts';

const serve = (args: LoaderFunctionArgs | ActionFunctionArgs) =>
  answer(
    args,
    on('testCampaign', ({ context, viewer, ids, body }) => sendTest(context, viewer, ids.id, body.address, body.recipient_id ?? undefined)),
  );

export const loader = (args: LoaderFunctionArgs) => serve(args);
export const action = (args: ActionFunctionArgs) => serve(args);
