import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node';
import { csvStyleOf } from '#app/api/csv-style.server.ts';
import { answer, on } from '#app/api/handler.server.ts';
import { reportCsv } from '#app/domain/contacts/report-csv.server.ts';
import { csvResponse } from '#app/http/csv-response.server.ts';

const serve = (args: LoaderFunctionArgs | ActionFunctionArgs) =>
  answer(
    args,
    on('importReport', async ({ context, ids, request }) =>
      csvResponse(`import-${ids.importId}-report.csv`, await reportCsv(context.db, ids.id, ids.importId, csvStyleOf(request))),
    ),
  );

export const loader = (args: LoaderFunctionArgs) => serve(args);
export const action = (args: ActionFunctionArgs) => serve(args);
