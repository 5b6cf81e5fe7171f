import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node';
import { csvStyleOf } from '#app/api/csv-style.server.ts';
import { answer, on } from '#app/api/handler.server.ts';
import { exportStory } from '#app/domain/activity/activity-csv.server.ts';
import { csvResponse } from '#app/http/csv-response.server.ts';

const serve = (args: LoaderFunctionArgs | ActionFunctionArgs) =>
  answer(
    args,
    on('exportStory', async ({ context, ids, request }) =>
      csvResponse(`campaign-${ids.id}-recipient-${ids.rid}.csv`, await exportStory(context.db, ids.id, ids.rid, csvStyleOf(request))),
    ),
  );

export const loader = (args: LoaderFunctionArgs) => serve(args);
export const action = (args: ActionFunctionArgs) => serve(args);
