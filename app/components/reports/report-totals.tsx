import type { ReportTotals } from '#app/domain/reporting/period.ts';
import { Count, Percent } from '../number.tsx';
import classes from './reports.module.css';

/** The period in four numbers, each with what it is a part of. */
export function ReportTotalsRow({ totals }: { totals: ReportTotals }) {
  const { sent, failed, recovered, attempts, retried } = totals;
  const tried = sent + failed;
  return (
    <dl className={classes.totals}>
      <div>
        <dt>Sent</dt>
        <dd>
          <Count value={sent} />
        </dd>
        <dd className={classes.part}>
          {tried > 0 && (
            <>
              <Percent value={sent / tried} /> of those tried
            </>
          )}
        </dd>
      </div>
      <div>
        <dt>Saved by a retry</dt>
        <dd>
          <Count value={recovered} />
        </dd>
        <dd className={classes.part}>
          {sent > 0 && (
            <>
              <Percent value={recovered / sent} /> of the sent ones
            </>
          )}
        </dd>
      </div>
      <div>
        <dt>Failed</dt>
        <dd>
          <Count value={failed} />
        </dd>
        <dd className={classes.part}>
          {tried > 0 && (
            <>
              <Percent value={failed / tried} /> of those tried
            </>
          )}
        </dd>
      </div>
      <div>
        <dt>Attempts</dt>
        <dd>
          <Count value={attempts} />
        </dd>
        <dd className={classes.part}>
          <Count value={retried} /> of them retries
        </dd>
      </div>
    </dl>
  );
}
