import { Button, NativeSelect, Paper, TextInput } from '@mantine/core';
import { Form, useActionData, useNavigation } from '@remix-run/react';
import { useState } from 'react';
import { channels } from '#app/domain/channel.ts';
import { channelLabels } from '../channel-mark.tsx';
import { type Country, countryOptions } from '../editor/countries.ts';
import { useReader } from '../reader-context.tsx';
import type { SuppressionAnswer } from './suppression-answer.ts';
import classes from './suppressions.module.css';

/** A file of addresses; for numbers with what those without a country code are. */
export function ImportForm({ countries }: { countries: Country[] }) {
  const { state, formData } = useNavigation();
  const { locale } = useReader();
  const [channel, setChannel] = useState<string>('email');
  const answer = useActionData() as SuppressionAnswer | undefined;
  /** The file itself does not say which column is meant. */
  const asked = answer?.kind === 'refused' && answer.intent === 'import' && answer.errors.some(({ path }) => path === 'address_column');
  const importing = state !== 'idle' && formData?.get('intent') === 'import';
  return (
    <Paper p="md">
      <Form method="post" action="/suppressions" encType="multipart/form-data">
        <input type="hidden" name="intent" value="import" />
        <div className={classes.line}>
          <NativeSelect
            className={classes.small}
            name="channel"
            label="Import"
            aria-label="Channel of the file"
            data={channels.map((value) => ({ value, label: channelLabels[value] }))}
            value={channel}
            onChange={(event) => setChannel(event.currentTarget.value)}
          />
          {channel === 'sms' && (
            <>
              <NativeSelect
                className={classes.choice}
                name="country"
                label="Country of numbers without a code"
                data={[{ value: '', label: 'Not chosen' }, ...countryOptions(countries, locale)]}
              />
              <NativeSelect
                className={classes.choice}
                name="bare"
                label="Numbers without + and 0 in front"
                data={[
                  { value: '', label: 'Leave out what can be read in two ways' },
                  { value: 'international', label: 'International numbers that lost their +' },
                  { value: 'national', label: 'Numbers of the country' },
                ]}
              />
            </>
          )}
          {asked && <TextInput className={classes.choice} name="column" label="Column with the addresses" maxLength={1000} />}
          <div className={classes.upload}>
            <input
              className={classes.file}
              type="file"
              name="file"
              accept=".csv,.txt,text/csv"
              required
              aria-label="CSV file with a column of addresses"
            />
            <Button type="submit" variant="default" loading={importing}>
              Import
            </Button>
          </div>
        </div>
      </Form>
      <p className={classes.hint} aria-live="polite">
        {importing
          ? 'The file is being read. A large one takes a minute; stay on this page to see what became of it.'
          : 'A CSV file with a column of addresses or numbers, such as the opt-outs of another product. A column with reasons is kept.'}
      </p>
    </Paper>
  );
}
