import type { ReactNode } from 'react';
import type { Afterwards, ReportTotals } from '#app/domain/reporting/period.ts';
import { Count, Percent } from '../number.tsx';
import classes from './reports.module.css';

interface Props {
  totals: ReportTotals;
  /** Of as many days right before, and how many those are; null where there is nothing to compare with. */
  before: { totals: ReportTotals; days: number } | null;
}

/** The period in four numbers, each with what it is a part of and how it was before. */
export function ReportTotalsRow({ totals: { sent, failed, recovered, attempts, retried }, before }: Props) {
  const tried = sent + failed;
  return (
    <dl className={classes.totals}>
      <Total name="Sent" value={sent} before={before && { value: before.totals.sent, days: before.days }}>
        <Share value={sent} of={tried} words="of those tried" />
      </Total>
      <Total name="Saved by a retry" value={recovered} before={before && { value: before.totals.recovered, days: before.days }}>
        <Share value={recovered} of={sent} words="of the sent ones" />
      </Total>
      <Total name="Failed" value={failed} before={before && { value: before.totals.failed, days: before.days }}>
        <Share value={failed} of={tried} words="of those tried" />
      </Total>
      <Total name="Attempts" value={attempts} before={before && { value: before.totals.attempts, days: before.days }}>
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

interface TotalProps {
  name: string;
  value: number;
  before?: { value: number; days: number } | null;
  children: ReactNode;
}

function Total({ name, value, before, children }: TotalProps) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <Count value={value} />
      </dd>
      <dd className={classes.part}>{children}</dd>
      {before && (
        <dd className={classes.part}>
          <Count value={before.value} /> in the {before.days === 1 ? 'day' : `${before.days} days`} before
        </dd>
      )}
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
