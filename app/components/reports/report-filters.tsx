import { Link } from '@remix-run/react';
import { channels } from '#app/domain/campaigns/campaign.ts';
import { type Period, periods, type ReportView, reportSearch } from '#app/domain/reporting/period.ts';
import { channelLabels } from '../channel-mark.tsx';
import classes from './reports.module.css';

/** Links rather than fields: they need no scripts, and each view has an address. */
export function ReportFilters({ view }: { view: ReportView }) {
  return (
    <div className={classes.filters}>
      <Choice
        label="Period"
        options={(Object.keys(periods) as Period[]).map((period) => ({
          ...{ label: periods[period].label, to: reportSearch({ ...view, period }), chosen: period === view.period },
        }))}
      />
      <Choice
        label="Channel"
        options={[null, ...channels].map((channel) => ({
          ...{ label: channel ? channelLabels[channel] : 'All', to: reportSearch({ ...view, channel }), chosen: channel === view.channel },
        }))}
      />
    </div>
  );
}

function Choice({ label, options }: { label: string; options: { label: string; to: string; chosen: boolean }[] }) {
  return (
    <nav aria-label={label} className={classes.choice}>
      {options.map(({ label: words, to, chosen }) => (
        <Link key={to} to={to} preventScrollReset replace aria-current={chosen ? 'page' : undefined}>
          {words}
        </Link>
      ))}
    </nav>
  );
}
