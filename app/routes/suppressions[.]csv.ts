import type { LoaderFunctionArgs } from '@remix-run/node';
import { beyondLimit, isLimited } from '#app/domain/access/key-limits.server.ts';
import { exportSuppressions } from '#app/domain/suppressions/export-suppressions.server.ts';
import { csvResponse } from '#app/http/csv-response.server.ts';
import { csvStyleOf } from '#app/http/csv-style.server.ts';
import { orErrorPage } from '#app/http/page-problem.server.ts';
import { problemResponse } from '#app/http/problem-response.server.ts';
import { assertMay, requireApi, requireUser } from '#app/http/require.server.ts';

/** The suppression list as a file, for people and for programs with an API key. */
export async function loader({ context, request }: LoaderFunctionArgs) {
  const viewer = request.headers.has('authorization') ? await requireApi(context, request) : await requireUser(context, request);
  assertMay(viewer, 'people:export');
  if (isLimited(viewer)) throw problemResponse(beyondLimit(viewer));
  const file = async () => exportSuppressions(context.db, csvStyleOf(request));
  return csvResponse('suppressions.csv', await orErrorPage(file()));
}
