import type { ReactNode } from 'react';
import type { Afterwards, ReportTotals } from '#app/domain/reporting/period.ts';
import { Count, Percent } from '../number.tsx';
import classes from './reports.module.css';

/** The period in four numbers, each with what it is a part of. */
export function ReportTotalsRow({ totals: { sent, failed, recovered, attempts, retried } }: { totals: ReportTotals }) {
  const tried = sent + failed;
  return (
    <dl className={classes.totals}>
      <Total name="Sent" value={sent}>
        <Share value={sent} of={tried} words="of those tried" />
      </Total>
      <Total name="Saved by a retry" value={recovered}>
        <Share value={recovered} of={sent} words="of the sent ones" />
      </Total>
      <Total name="Failed" value={failed}>
        <Share value={failed} of={tried} words="of those tried" />
      </Total>
      <Total name="Attempts" value={attempts}>
        <Count value={retried} /> of them retries
      </Total>
    </dl>
  );
}

/** What the providers told later. Their words come days after sending, so these belong to campaigns and not to days. */
export function AfterwardsRow({ afterwards: { sent, delivered, bounced, complained, unsubscribed } }: { afterwards: Afterwards }) {
  return (
    <section aria-labelledby="afterwards" className={classes.afterwards}>
      <h2 id="afterwards" className={classes.afterwardsTitle}>
        What became of the sent messages
      </h2>
      <p className={classes.explained}>
        Of <Count value={sent} /> sent by campaigns that began in this period, as the providers report it. A message that bounced reached
        nobody, though the provider had taken it.
      </p>
      <dl className={classes.totals}>
        <Total name="Delivered" value={delivered}>
          <Share value={delivered} of={sent} words="of the sent ones" />
        </Total>
        <Total name="Bounced" value={bounced}>
          <Share value={bounced} of={sent} words="of the sent ones" />
        </Total>
        <Total name="Reported as spam" value={complained}>
          <Share value={complained} of={sent} words="of the sent ones" />
        </Total>
        <Total name="Unsubscribed" value={unsubscribed}>
          <Share value={unsubscribed} of={sent} words="of the sent ones" />
        </Total>
      </dl>
    </section>
  );
}

function Total({ name, value, children }: { name: string; value: number; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <Count value={value} />
      </dd>
      <dd className={classes.part}>{children}</dd>
    </div>
  );
}

function Share({ value, of, words }: { value: number; of: number; words: string }) {
  if (of === 0) return null;
  return (
    <>
      <Percent value={value / of} /> {words}
    </>
  );
}
