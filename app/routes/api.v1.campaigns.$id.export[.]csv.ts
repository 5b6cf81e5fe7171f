import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node';
import { csvStyleOf } from '#app/api/csv-style.server.ts';
import { answer, on } from '#app/api/handler.server.ts';
import { exportRecipients } from '#app/domain/recipients/export-recipients.server.ts';
import { csvResponse } from '#app/http/csv-response.server.ts';

const serve = (args: LoaderFunctionArgs | ActionFunctionArgs) =>
  answer(
    args,
    on('exportRecipients', async ({ context, ids, query, request }) =>
      csvResponse(`campaign-${ids.id}-recipients.csv`, await exportRecipients(context.db, ids.id, query, csvStyleOf(request))),
    ),
  );

export const loader = (args: LoaderFunctionArgs) => serve(args);
export const action = (args: ActionFunctionArgs) => serve(args);
