import type { ReportRow } from '#app/domain/reporting/period.ts';
import { StackedBars } from '../charts/stacked-bars.tsx';
import { reportBars, reportSeries } from './report-series.ts';

/** Loaded only when it is shown: it brings the charts' library with it. */
export default function ReportChart({ rows, label }: { rows: ReportRow[]; label: (start: string) => string }) {
  return <StackedBars bars={reportBars(rows, label)} series={reportSeries} />;
}
