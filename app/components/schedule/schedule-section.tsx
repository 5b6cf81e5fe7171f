import { type ComboboxItem, Radio, Select, TextInput } from '@mantine/core';
import { useMemo } from 'react';
import { useReader } from '../reader-context.tsx';
import { RelativeTime } from '../relative-time.tsx';
import { plannedText } from '../times.ts';
import type { Plan, Schedule } from './plan.ts';
import classes from './schedule.module.css';
import { findZones, movedText, type Zone, zoneLabel } from './zones.ts';

/** The form that sends, elsewhere on the page: these fields belong to it. */
export const SEND_FORM = 'send-form';

interface Props {
  schedule: Schedule;
  onChange: (change: Partial<Schedule>) => void;
  plan: Plan;
  /** What the time meant before its zone was changed, ms. */
  before: number | null;
}

const DAY_MS = 86_400_000;

/** Now, or a time with its zone, and what that is for the reader. Without scripts the fields are always there, and empty they mean now. */
export function ScheduleSection({ schedule, onChange, plan, before }: Props) {
  const { timeZone: own, now } = useReader();
  const { later, at, timeZone } = schedule;
  // Offsets as they are on that day: summer time and all. By the day, so that neither typing a time nor the clock makes the list anew: a list
  // that is new takes away what somebody types to search it.
  const around = Date.parse(`${at.slice(0, 10)}T12:00Z`) || Math.floor(now / DAY_MS) * DAY_MS;
  const zones = useMemo(() => zoneOptions(own, timeZone, around), [own, timeZone, around]);
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
          <Radio value="later" label="Schedule for later" />
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
            selectFirstOptionOnChange
            filter={({ options, search }) => findItems(options as ComboboxItem[], zones, search)}
            allowDeselect={false}
            limit={60}
            maxDropdownHeight={280}
            nothingFoundMessage="No such time zone. Try a large city, or a name such as Pacific Time."
          />
        </div>
        {later && plan.instant !== null && <Meaning instant={plan.instant} timeZone={timeZone} twice={plan.twice} before={before} />}
      </div>
    </div>
  );
}

function Meaning({ instant, timeZone, twice, before }: { instant: number; timeZone: string; twice: boolean; before: number | null }) {
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
        {timeZone !== 'UTC' && (
          <div>
            <dt>UTC</dt>
            <dd suppressHydrationWarning>{plannedText(instant, locale, 'UTC')}</dd>
          </div>
        )}
        <div>
          <dt>That is</dt>
          <dd>
            <RelativeTime at={new Date(instant).toISOString()} />
          </dd>
        </div>
      </dl>
      {before !== null && (
        <p>
          The time on the clock stayed as it was and is now meant in {timeZone.replaceAll('_', ' ')}: {movedText(before, instant)}.
        </p>
      )}
      {twice && <p>The clocks are put back that night, so this time comes twice. The first one is meant.</p>}
    </div>
  );
}

/** The reader's own zone first. */
function zoneOptions(own: string, chosen: string, at: number): ComboboxItem[] {
  const ids = [...new Set([own, chosen, 'UTC', ...Intl.supportedValuesOf('timeZone')])];
  return ids.map((id) => ({ value: id, label: zoneLabel(id, at) }));
}

/** The field holds the label of what is chosen: that is no search. */
function findItems(options: ComboboxItem[], all: ComboboxItem[], search: string): ComboboxItem[] {
  if (all.some(({ label }) => label === search)) return options;
  const zones: Zone[] = options.map(({ value, label }) => ({ id: value, label }));
  return findZones(zones, search).map(({ id, label }) => ({ value: id, label }));
}
