import { Button, NativeSelect, Paper, TextInput } from '@mantine/core';
import { Form, useNavigation } from '@remix-run/react';
import { channels } from '#app/domain/campaigns/campaign.ts';
import { channelLabels } from '../channel-mark.tsx';
import classes from './suppressions.module.css';

interface Props {
  /** What was typed and refused, with the reason. */
  refused: { address: string; message: string } | null;
  /** Another form after each success, so that its fields are empty. */
  version: string;
}

/** Two ways onto the list: one address, or a file of them. Both are plain forms. */
export function SuppressionForms({ refused, version }: Props) {
  const { state, formData } = useNavigation();
  const adding = state !== 'idle' && formData?.get('intent') === 'add';
  const importing = state !== 'idle' && formData?.get('intent') === 'import';
  return (
    <div className={classes.forms} key={version}>
      <Paper p="md">
        <Form method="post" action="/suppressions" noValidate>
          <input type="hidden" name="intent" value="add" />
          <div className={classes.line}>
            <TextInput
              className={classes.wide}
              name="address"
              label="Never send to"
              placeholder="ana@example.com or +1 201 555 0123"
              defaultValue={refused?.address}
              error={refused?.message}
              autoComplete="off"
              spellCheck={false}
              maxLength={320}
            />
            <Button type="submit" className={classes.below} loading={adding}>
              Add
            </Button>
          </div>
        </Form>
        <p className={classes.hint}>From then on every campaign leaves it out, also those that are being sent.</p>
      </Paper>
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
            />
            <input
              className={classes.file}
              type="file"
              name="file"
              accept=".csv,.txt,text/csv"
              required
              aria-label="CSV file with a column of addresses"
            />
            <Button type="submit" variant="default" className={classes.below} loading={importing}>
              Import
            </Button>
          </div>
        </Form>
        <p className={classes.hint}>A CSV file with a column of addresses or numbers, such as the opt-outs of another product.</p>
      </Paper>
    </div>
  );
}
