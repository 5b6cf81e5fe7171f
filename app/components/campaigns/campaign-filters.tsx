import { Button, CloseButton, NativeSelect, TextInput } from '@mantine/core';
import { Form, useSearchParams } from '@remix-run/react';
import { IconSearch } from '@tabler/icons-react';
import { campaignStatuses, statusLabels } from '#app/domain/campaigns/campaign.ts';
import { channels } from '#app/domain/channel.ts';
import { channelLabels } from '../channel-mark.tsx';
import { useNumbers } from '../number.tsx';
import { useTypedSearch } from '../use-typed-search.ts';
import classes from './campaign-list.module.css';

const statusOptions = [{ value: '', label: 'All statuses' }, ...campaignStatuses.map((value) => ({ value, label: statusLabels[value] }))];
const channelOptions = [{ value: '', label: 'All channels' }, ...channels.map((value) => ({ value, label: channelLabels[value] }))];

/** No status of its own, but chosen like one. */
export const WAITING = 'waiting';

/** The filter lives in the URL: it can be shared, goes with back and forward, and works as a plain form without scripts. */
export function CampaignFilters({ waiting }: { waiting: number }) {
  const { count } = useNumbers();
  const [parameters] = useSearchParams();
  const q = parameters.get('q') ?? '';
  const { form, field, apply, applySoon } = useTypedSearch(q);
  return (
    <search>
      <Form ref={form} method="get" action="/" className={classes.toolbar}>
        <TextInput
          ref={field}
          className={classes.search}
          name="q"
          type="search"
          aria-label="Search campaigns by name or subject"
          placeholder="Search by name or subject"
          defaultValue={q}
          leftSection={<IconSearch size={16} aria-hidden />}
          rightSection={
            q && (
              <CloseButton
                size="sm"
                aria-label="Clear the search"
                onClick={() => {
                  if (field.current) field.current.value = '';
                  apply();
                }}
              />
            )
          }
          onChange={applySoon}
        />
        <NativeSelect
          key={`status ${parameters.get('status')}`}
          className={`${classes.filter} ${classes.statuses}`}
          name="status"
          aria-label="Status"
          data={[
            ...statusOptions,
            ...(waiting > 0 || parameters.get('status') === WAITING
              ? [{ value: WAITING, label: `Waits for approval (${count(waiting)})` }]
              : []),
          ]}
          defaultValue={parameters.get('status') ?? ''}
          onChange={apply}
        />
        <NativeSelect
          key={`channel ${parameters.get('channel')}`}
          className={classes.filter}
          name="channel"
          aria-label="Channel"
          data={channelOptions}
          defaultValue={parameters.get('channel') ?? ''}
          onChange={apply}
        />
        <Button type="submit" variant="default" className="no-script">
          Apply
        </Button>
      </Form>
    </search>
  );
}
