import { Title } from '@mantine/core';
import { Link } from '@remix-run/react';
import { type ReportRow, reportNumbers, type Unit } from '#app/domain/reporting/period.ts';
import minutes from '../campaign/minutes-card.module.css';
import { StackedBars } from '../charts/stacked-bars.tsx';
import { Count } from '../number.tsx';
import { useReader } from '../reader-context.tsx';
import { reportBars, reportSeries, startText } from './report-series.ts';
import classes from './reports.module.css';

const titles = { day: 'Day by day', week: 'Week by week', month: 'Month by month' };
const units = { day: 'Day', week: 'Week from', month: 'Month' };

const numberNames: Record<(typeof reportNumbers)[number], string> = {
  sent: 'Sent',
  recovered: 'Saved by a retry',
  failed: 'Failed',
  attempts: 'Attempts',
  retried: 'Retries',
  bounced: 'Bounced',
  complained: 'Reported as spam',
  unsubscribed: 'Unsubscribed',
  delivered: 'Delivered',
};

interface Props {
  rows: ReportRow[];
  unit: Unit;
  csv: string;
  /** Where the days of one row are shown; null: they are all that is shown. */
  linkOf: (row: ReportRow) => string | null;
}

/** Sent, saved and failed over time: a picture, and the same numbers as a table. */
export function VolumeCard({ rows, unit, csv, linkOf }: Props) {
  const { locale } = useReader();
  const label = (start: string) => startText(start, unit, locale);
  return (
    <section className={minutes.root} aria-labelledby="volume">
      <div className={minutes.head}>
        <Title order={2} id="volume" className={minutes.title}>
          {titles[unit]}
        </Title>
        <ul className={minutes.legend} aria-hidden>
          {reportSeries.map(({ name, label: words, color }) => (
            <li key={name}>
              <span style={{ backgroundColor: color }} />
              {words}
            </li>
          ))}
        </ul>
      </div>
      <div className={minutes.chart}>
        <StackedBars bars={reportBars(rows, label)} series={reportSeries} />
      </div>
      <a href={csv} download className={classes.csv}>
        Download these numbers as CSV
      </a>
      <details className={classes.numbers}>
        <summary>The numbers as a table</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
        <section className={classes.scroll} tabIndex={0} aria-label="Numbers over time">
          <table className={classes.table}>
            <thead>
              <tr>
                <th scope="col">{units[unit]}</th>
                {reportNumbers.map((name) => (
                  <th scope="col" key={name}>
                    {numberNames[name]}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.toReversed().map((row) => (
                <tr key={row.start}>
                  <th scope="row" suppressHydrationWarning>
                    <RowName to={linkOf(row)}>{label(row.start)}</RowName>
                  </th>
                  {reportNumbers.map((name) => (
                    <td key={name}>
                      <Count value={row[name]} />
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      </details>
    </section>
  );
}

function RowName({ to, children }: { to: string | null; children: string }) {
  return to === null ? children : <Link to={to}>{children}</Link>;
}
