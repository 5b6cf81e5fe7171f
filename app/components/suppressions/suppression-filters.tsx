import { Button, CloseButton, NativeSelect, TextInput } from '@mantine/core';
import { Form, Link } from '@remix-run/react';
import { IconSearch } from '@tabler/icons-react';
import { channels } from '#app/domain/channel.ts';
import { reasonTexts, suppressionReasons } from '#app/domain/suppressions/suppression.ts';
import classes from '../campaigns/campaign-list.module.css';
import { channelLabels } from '../channel-mark.tsx';
import { useTypedSearch } from '../use-typed-search.ts';

export interface SuppressionView {
  q: string;
  channel: string;
  reason: string;
}

const channelOptions = [{ value: '', label: 'Email and SMS' }, ...channels.map((value) => ({ value, label: channelLabels[value] }))];
const reasonOptions = [
  { value: '', label: 'Any reason' },
  ...suppressionReasons.map((value) => ({ value, label: reasonTexts[value].label })),
];

/** The filter lives in the URL, and works as a plain form without scripts. */
export function SuppressionFilters({ view }: { view: SuppressionView }) {
  const { form, field, apply, applySoon } = useTypedSearch(view.q);
  return (
    <search>
      <Form ref={form} method="get" action="/suppressions" className={classes.toolbar}>
        <TextInput
          ref={field}
          className={classes.search}
          name="q"
          type="search"
          aria-label="Search an address or number, whole or its beginning"
          placeholder="Search an address or number"
          defaultValue={view.q}
          autoComplete="off"
          spellCheck={false}
          maxLength={320}
          leftSection={<IconSearch size={16} aria-hidden />}
          rightSection={
            view.q && (
              <CloseButton
                component={Link}
                to={`/suppressions?${new URLSearchParams({ channel: view.channel, reason: view.reason })}`}
                size="sm"
                aria-label="Clear the search"
              />
            )
          }
          onChange={applySoon}
        />
        <NativeSelect
          key={`channel ${view.channel}`}
          className={classes.filter}
          name="channel"
          aria-label="Channel"
          data={channelOptions}
          defaultValue={view.channel}
          onChange={apply}
        />
        <NativeSelect
          key={`reason ${view.reason}`}
          className={classes.filter}
          name="reason"
          aria-label="Reason"
          data={reasonOptions}
          defaultValue={view.reason}
          onChange={apply}
        />
        <Button type="submit" variant="default" className="no-script">
          Search
        </Button>
      </Form>
    </search>
  );
}
