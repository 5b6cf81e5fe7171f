import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node';
import { csvStyleOf } from '#app/api/csv-style.server.ts';
import { answer, on } from '#app/api/handler.server.ts';
import { exportActivity } from '#app/domain/activity/activity-csv.server.ts';
import { csvResponse } from '#app/http/csv-response.server.ts';

const serve = (args: LoaderFunctionArgs | ActionFunctionArgs) =>
  answer(
    args,
    on('exportActivity', async ({ context, ids, request }) =>
      csvResponse(`campaign-${ids.id}-activity.csv`, await exportActivity(context.db, ids.id, csvStyleOf(request))),
    ),
  );

export const loader = (args: LoaderFunctionArgs) => serve(args);
export const action = (args: ActionFunctionArgs) => serve(args);
