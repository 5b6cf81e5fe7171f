import { Readable } from 'node:stream';
import type { LoaderFunctionArgs } from '@remix-run/node';
import { readReader } from '#app/components/reader.ts';
import { audit } from '#app/domain/access/audit.server.ts';
import { readReportView } from '#app/domain/reporting/period.ts';
import { report } from '#app/domain/reporting/report.server.ts';
import { reportCsv } from '#app/domain/reporting/report-csv.server.ts';
import { csvResponse } from '#app/http/csv-response.server.ts';
import { assertMay, requireUser } from '#app/http/require.server.ts';

/** The numbers over time that the page shows, as a file. */
export async function loader({ context, request }: LoaderFunctionArgs) {
  assertMay(await requireUser(context, request), 'campaigns:read');
  const view = readReportView(new URL(request.url).searchParams);
  if (view.problem) return new Response(view.problem, { status: 422, headers: { 'Content-Type': 'text/plain; charset=utf-8' } });
  const { timeZone } = readReader(request.headers, 0);
  const { days, rows } = await report(context.db, view, timeZone);
  await audit(context.db.pool, { action: 'export.reports', object: { type: 'report' }, after: { from: days.from, to: days.to } });
  return csvResponse(`report-${days.from}-to-${days.to}.csv`, Readable.from([reportCsv(view, rows)]));
}
