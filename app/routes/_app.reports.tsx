import { Button } from '@mantine/core';
import type { LoaderFunctionArgs, MetaFunction } from '@remix-run/node';
import { Link, useLoaderData } from '@remix-run/react';
import { IconChartBar } from '@tabler/icons-react';
import { FailureReasons } from '#app/components/campaign/failure-reasons.tsx';
import page from '#app/components/campaign/live-campaign-page.module.css';
import { EmptyState } from '#app/components/empty-state.tsx';
import { PageHeader } from '#app/components/page-header.tsx';
import { ReportFilters } from '#app/components/reports/report-filters.tsx';
import { ReportTotalsRow } from '#app/components/reports/report-totals.tsx';
import { SqlHint } from '#app/components/reports/sql-hint.tsx';
import { VolumeCard } from '#app/components/reports/volume-card.tsx';
import { assertMay, requireUser } from '#app/domain/access/require.server.ts';
import { periods, readReportView, reportSearch, totalsOf } from '#app/domain/reporting/period.ts';
import { report } from '#app/domain/reporting/report.server.ts';
import { orErrorPage } from '#app/page-problem.server.ts';
import { readReader } from '#app/reader.ts';

export async function loader({ context, request }: LoaderFunctionArgs) {
  assertMay(await requireUser(context, request), 'campaigns:read');
  const view = readReportView(new URL(request.url).searchParams);
  const { timeZone } = readReader(request.headers, 0);
  return { view, timeZone, ...(await orErrorPage(report(context.db, view, timeZone))) };
}

export const meta: MetaFunction = () => [{ title: 'Reports · Rollcall' }];

export default function Reports() {
  const { view, timeZone, rows, reasons } = useLoaderData<typeof loader>();
  const totals = totalsOf(rows);
  const quiet = totals.attempts + totals.sent + totals.failed === 0;
  return (
    <>
      <PageHeader
        title="Reports"
        description={`All campaigns, with days of ${timeZone.replaceAll('_', ' ')}. Who is reached by a later retry counts as sent.`}
        actions={<ReportFilters view={view} />}
      />
      <div className={page.stack}>
        {quiet ? (
          <EmptyState
            icon={IconChartBar}
            title="Nothing was sent in this period"
            actions={
              view.period !== '12m' && (
                <Button component={Link} to={reportSearch({ ...view, period: '12m' })} variant="default">
                  Look at 12 months
                </Button>
              )
            }
          >
            As soon as a campaign is sent, this page shows how many people it reached, how many a retry saved, and why others failed.
          </EmptyState>
        ) : (
          <>
            <ReportTotalsRow totals={totals} />
            <div className={page.pair}>
              <VolumeCard rows={rows} unit={periods[view.period].unit} />
              <FailureReasons reasons={reasons} path={null} none="Nobody failed." />
            </div>
          </>
        )}
        <SqlHint />
      </div>
    </>
  );
}
