import { Button, Paper, TextInput } from '@mantine/core';
import { Form, useNavigation } from '@remix-run/react';
import type { Country } from '../editor/countries.ts';
import { ImportForm } from './import-form.tsx';
import classes from './suppressions.module.css';

interface Props {
  /** What was typed and refused, with the reason. */
  refused: { address: string; message: string } | null;
  countries: Country[];
  /** Another form after each success, so that its fields are empty. */
  version: string;
}

/** Two ways onto the list: one address, or a file of them. Both are plain forms. */
export function SuppressionForms({ refused, countries, version }: Props) {
  const { state, formData } = useNavigation();
  const adding = state !== 'idle' && formData?.get('intent') === 'add';
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
      <ImportForm countries={countries} />
    </div>
  );
}
