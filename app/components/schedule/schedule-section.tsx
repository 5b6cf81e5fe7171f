import { Radio, Select, TextInput } from '@mantine/core';
import { useMemo } from 'react';
import { useReader } from '../reader-context.tsx';
import { RelativeTime } from '../relative-time.tsx';
import { plannedText } from '../times.ts';
import type { Plan, Schedule } from './plan.ts';
import classes from './schedule.module.css';

/** The form that sends, elsewhere on the page: these fields belong to it. */
export const SEND_FORM = 'send-form';

interface Props {
  schedule: Schedule;
  onChange: (change: Partial<Schedule>) => void;
  plan: Plan;
}

/** Now, or a time with its zone, and what that is for the reader. Without scripts the fields are always there, and empty they mean now. */
export function ScheduleSection({ schedule, onChange, plan }: Props) {
  const { timeZone: own } = useReader();
  const { later, at, timeZone } = schedule;
  const zones = useMemo(() => zoneOptions(own), [own]);
  const errorOf = (path: string) => (plan.error?.path === path ? plan.error.message : null);
  return (
    <div className={classes.section}>
      <Radio.Group
        className="needs-script"
        aria-label="When to send"
        value={later ? 'later' : 'now'}
        onChange={(value) => onChange({ later: value === 'later' })}
      >
        <div className={classes.modes}>
          <Radio value="now" label="As soon as I send it" />
          <Radio value="later" label="At a time" />
        </div>
      </Radio.Group>
      <div className={later ? undefined : 'no-script'}>
        <div className={classes.fields}>
          <TextInput
            type="datetime-local"
            form={SEND_FORM}
            name="scheduled_at"
            label="Day and time"
            value={later ? at : ''}
            onChange={(event) => onChange({ later: true, at: event.currentTarget.value })}
            error={errorOf('scheduled_at')}
          />
          <Select
            form={SEND_FORM}
            name="time_zone"
            label="Time zone"
            data={zones}
            value={timeZone}
            onChange={(value) => value && onChange({ timeZone: value })}
            error={errorOf('time_zone')}
            searchable
            allowDeselect={false}
            limit={60}
            maxDropdownHeight={280}
            nothingFoundMessage="No such time zone. Try the name of a large city."
          />
        </div>
        {later && plan.instant !== null && <Meaning instant={plan.instant} timeZone={timeZone} twice={plan.twice} />}
      </div>
    </div>
  );
}

function Meaning({ instant, timeZone, twice }: { instant: number; timeZone: string; twice: boolean }) {
  const { locale, timeZone: own } = useReader();
  const there = plannedText(instant, locale, timeZone);
  const here = plannedText(instant, locale, own);
  return (
    <div className={classes.meaning} role="status">
      <dl>
        <div>
          <dt>In {timeZone.replaceAll('_', ' ')}</dt>
          <dd suppressHydrationWarning>{there}</dd>
        </div>
        {here !== there && (
          <div>
            <dt>For you</dt>
            <dd suppressHydrationWarning>{here}</dd>
          </div>
        )}
        <div>
          <dt>UTC</dt>
          <dd suppressHydrationWarning>{plannedText(instant, locale, 'UTC')}</dd>
        </div>
        <div>
          <dt>That is</dt>
          <dd>
            <RelativeTime at={new Date(instant).toISOString()} />
          </dd>
        </div>
      </dl>
      {twice && <p>The clocks are put back that night, so this time comes twice. The first one is meant.</p>}
    </div>
  );
}

function zoneOptions(own: string) {
  const option = (zone: string) => ({ value: zone, label: zone.replaceAll('_', ' ') });
  const others = ['UTC', ...Intl.supportedValuesOf('timeZone')].filter((zone, i, all) => zone !== own && all.indexOf(zone) === i);
  return [
    { group: 'Yours', items: [option(own)] },
    { group: 'All', items: others.map(option) },
  ];
}
