import { Button, CloseButton, NativeSelect, TextInput } from '@mantine/core';
import { Form, useSearchParams, useSubmit } from '@remix-run/react';
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import { campaignStatuses, channels, statusLabels } from '#app/domain/campaigns/campaign.ts';
import { channelLabels } from '../channel-mark.tsx';
import classes from './campaign-list.module.css';

const TYPING_PAUSE_MS = 250;

const statusOptions = [{ value: '', label: 'All statuses' }, ...campaignStatuses.map((value) => ({ value, label: statusLabels[value] }))];
const channelOptions = [{ value: '', label: 'All channels' }, ...channels.map((value) => ({ value, label: channelLabels[value] }))];

/** The filter lives in the URL: it can be shared, goes with back and forward, and works as a plain form without scripts. */
export function CampaignFilters() {
  const [parameters] = useSearchParams();
  const submit = useSubmit();
  const form = useRef<HTMLFormElement>(null);
  const search = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const q = parameters.get('q') ?? '';

  useEffect(() => {
    // Back and forward change the URL under the field; typing must not be overwritten by its own answer.
    if (search.current && document.activeElement !== search.current) search.current.value = q;
  }, [q]);
  useEffect(() => () => clearTimeout(timer.current), []);

  const apply = () => submit(form.current, { replace: true, preventScrollReset: true });
  return (
    <search>
      <Form ref={form} method="get" action="/" className={classes.toolbar}>
        <TextInput
          ref={search}
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
                  if (search.current) search.current.value = '';
                  apply();
                }}
              />
            )
          }
          onChange={() => {
            clearTimeout(timer.current);
            timer.current = setTimeout(apply, TYPING_PAUSE_MS);
          }}
        />
        <NativeSelect
          key={`status ${parameters.get('status')}`}
          className={classes.filter}
          name="status"
          aria-label="Status"
          data={statusOptions}
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
