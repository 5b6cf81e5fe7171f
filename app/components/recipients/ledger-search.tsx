import { Button, CloseButton, NativeSelect, TextInput } from '@mantine/core';
import { Form, Link } from '@remix-run/react';
import { IconSearch } from '@tabler/icons-react';
import type { Channel } from '#app/domain/channel.ts';
import type { FailureReason } from '#app/domain/failures.ts';
import { failureLabel } from '#app/domain/failures.ts';
import { type LedgerFilter, ledgerSearch, tabParam } from '#app/domain/recipients/ledger-filter.ts';
import { useNumbers } from '../number.tsx';
import { useTypedSearch } from '../use-typed-search.ts';
import classes from './ledger-search.module.css';

interface Props {
  filter: LedgerFilter;
  channel: Channel;
  reasons: FailureReason[];
  path: string;
}

/** Search by address and filter by reason. A plain GET form that sends itself while one types; with a button where no script runs. */
export function LedgerSearch({ filter, channel, reasons, path }: Props) {
  const { count } = useNumbers();
  const { form, field, apply, applySoon } = useTypedSearch(filter.q);
  const what = channel === 'email' ? 'address' : 'number';
  const codes = reasons.map((reason) => reason.code);
  if (filter.code && !codes.includes(filter.code)) codes.push(filter.code);

  return (
    <Form ref={form} method="get" action={path} className={classes.root} role="search" aria-label="Recipients" preventScrollReset>
      {filter.tab !== 'all' && <input type="hidden" name={tabParam(filter.tab)} value={filter.tab} />}
      {codes.length > 0 && (
        <NativeSelect
          key={filter.code ?? ''}
          name="code"
          aria-label="Reason"
          defaultValue={filter.code ?? ''}
          onChange={apply}
          className={classes.reasons}
          data={[
            { value: '', label: 'Any reason' },
            ...codes.map((code) => {
              const n = reasons.find((reason) => reason.code === code)?.count;
              return { value: code, label: n === undefined ? failureLabel(code) : `${failureLabel(code)} (${count(n)})` };
            }),
          ]}
        />
      )}
      <TextInput
        ref={field}
        name="q"
        type="search"
        defaultValue={filter.q}
        placeholder={`Search ${what}`}
        aria-label={`Search by ${what}, whole or its beginning`}
        autoComplete="off"
        spellCheck={false}
        className={classes.search}
        leftSection={<IconSearch size={15} stroke={1.8} aria-hidden />}
        onChange={applySoon}
        rightSection={
          filter.q !== '' && (
            <CloseButton
              component={Link}
              to={{ pathname: path, search: ledgerSearch({ ...filter, q: '', trail: [] }) }}
              preventScrollReset
              replace
              size="sm"
              aria-label="Clear the search"
            />
          )
        }
      />
      <Button type="submit" variant="default" className="no-script">
        Search
      </Button>
    </Form>
  );
}
