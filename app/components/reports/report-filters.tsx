import { Button } from '@mantine/core';
import { Form, Link } from '@remix-run/react';
import { channels } from '#app/domain/channel.ts';
import { type Days, type Period, periods, type ReportView, reportSearch } from '#app/domain/reporting/period.ts';
import { channelLabels } from '../channel-mark.tsx';
import classes from './reports.module.css';

/** Links and a plain form: they need no scripts, and each view has an address. `days` are those that are shown. */
export function ReportFilters({ view, days }: { view: ReportView; days: Days }) {
  const { days: _, ...periodOnly } = view;
  return (
    <div className={classes.filters}>
      <Choice
        label="Period"
        options={(Object.keys(periods) as Period[]).map((period) => ({
          label: periods[period].label,
          to: reportSearch({ ...periodOnly, period }),
          chosen: !view.days && period === view.period,
        }))}
      />
      <Choice
        label="Channel"
        options={[null, ...channels].map((channel) => ({
          ...{ label: channel ? channelLabels[channel] : 'All', to: reportSearch({ ...view, channel }), chosen: channel === view.channel },
        }))}
      />
      <Form method="get" preventScrollReset replace className={classes.days} aria-label="Days of your own" key={`${days.from} ${days.to}`}>
        {view.channel && <input type="hidden" name="channel" value={view.channel} />}
        <label>
          From <input type="date" name="from" required defaultValue={days.from} />
        </label>
        <label>
          to <input type="date" name="to" required defaultValue={view.days?.to ?? days.to} />
        </label>
        <Button type="submit" size="compact-sm" variant={view.days ? 'light' : 'default'}>
          Show
        </Button>
      </Form>
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
