import { Alert, Button } from '@mantine/core';
import type { LoaderFunctionArgs, MetaFunction } from '@remix-run/node';
import { Link, useLoaderData } from '@remix-run/react';
import { IconChartBar } from '@tabler/icons-react';
import { FailureReasons } from '#app/components/campaign/failure-reasons.tsx';
import page from '#app/components/campaign/live-campaign-page.module.css';
import { EmptyState } from '#app/components/empty-state.tsx';
import { PageHeader } from '#app/components/page-header.tsx';
import { readReader } from '#app/components/reader.ts';
import { CampaignsCard } from '#app/components/reports/campaigns-card.tsx';
import { ReportFilters } from '#app/components/reports/report-filters.tsx';
import { AfterwardsRow, ReportTotalsRow } from '#app/components/reports/report-totals.tsx';
import { SqlHint } from '#app/components/reports/sql-hint.tsx';
import { VolumeCard } from '#app/components/reports/volume-card.tsx';
import { connection } from '#app/domain/reporting/connection.server.ts';
import { daysOf, lengthOf, readReportView, reportSearch, reportUnit, totalsOf } from '#app/domain/reporting/period.ts';
import { report } from '#app/domain/reporting/report.server.ts';
import { orErrorPage } from '#app/http/page-problem.server.ts';
import { assertMay, requireUser } from '#app/http/require.server.ts';

export async function loader({ context, request }: LoaderFunctionArgs) {
  const viewer = await requireUser(context, request);
  assertMay(viewer, 'campaigns:read');
  const view = readReportView(new URL(request.url).searchParams);
  const { timeZone } = readReader(request.headers, 0);
  return { view, timeZone, connection: connection(context.env, viewer), ...(await orErrorPage(report(context.db, view, timeZone))) };
}

export const meta: MetaFunction = () => [{ title: 'Reports · Rollcall' }];

export default function Reports() {
  const { view, days, timeZone, rows, before, campaigns, afterwards, reasons, connection } = useLoaderData<typeof loader>();
  const totals = totalsOf(rows);
  const unit = reportUnit(view);
  const daysLink = (start: string) => {
    const row = daysOf(start, unit, days);
    return row.from === days.from && row.to === days.to ? null : reportSearch({ ...view, days: row });
  };
  const quiet = Object.values(totals).every((value) => value === 0);
  return (
    <>
      <PageHeader
        title="Reports"
        description={`All campaigns, with days of ${timeZone.replaceAll('_', ' ')}. Who is reached by a later retry counts as sent.`}
        actions={<ReportFilters view={view} days={days} />}
      />
      <div className={page.stack}>
        {view.problem && (
          <Alert color="yellow" role="alert" title={view.problem}>
            The report below shows its usual period.
          </Alert>
        )}
        {quiet ? (
          <EmptyState
            icon={IconChartBar}
            title="Nothing was sent in this period"
            actions={
              (view.days || view.period !== '12m') && (
                <Button component={Link} to={reportSearch({ period: '12m', channel: view.channel })} variant="default">
                  Look at 12 months
                </Button>
              )
            }
          >
            As soon as a campaign is sent, this page shows how many people it reached, how many a retry saved, and why others failed.
          </EmptyState>
        ) : (
          <>
            <ReportTotalsRow totals={totals} before={before && { totals: before, days: lengthOf(days) }} />
            {afterwards.sent > 0 && <AfterwardsRow afterwards={afterwards} />}
            <div className={page.pair}>
              <VolumeCard rows={rows} unit={unit} csv={`/reports.csv${reportSearch(view)}`} linkOf={({ start }) => daysLink(start)} />
              <FailureReasons reasons={reasons} path={null} none="Nobody failed." />
            </div>
            {campaigns.length > 0 && <CampaignsCard campaigns={campaigns} />}
          </>
        )}
        <SqlHint connection={connection} />
      </div>
    </>
  );
}
