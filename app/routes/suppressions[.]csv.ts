import type { LoaderFunctionArgs } from '@remix-run/node';
import { assertMay, requireUser } from '#app/domain/access/require.server.ts';
import { csvResponse } from '#app/domain/csv-stream.server.ts';
import { exportSuppressions } from '#app/domain/suppressions/export-suppressions.server.ts';
import { orErrorPage } from '#app/page-problem.server.ts';

/** The suppression list as a file. */
export async function loader({ context, request }: LoaderFunctionArgs) {
  assertMay(await requireUser(context, request), 'campaigns:read');
  return csvResponse('suppressions.csv', await orErrorPage(exportSuppressions(context.db)));
}
