import { Button, NativeSelect, TextInput } from '@mantine/core';
import { Form, Link } from '@remix-run/react';
import { type AuditAction, auditActions } from '#app/domain/access/audit-actions.ts';
import { type AuditView, auditKinds } from '#app/domain/audit/audit-entry.ts';
import classes from './audit.module.css';
import { kindLabels } from './audit-words.ts';

const acts = auditKinds.map((kind) => {
  const group = kindLabels[kind] ?? kind;
  const names = (Object.keys(auditActions) as AuditAction[]).filter((name) => name.startsWith(`${kind}.`));
  const all = names.length > 1 ? [{ value: kind, label: `${group}: everything` }] : [];
  return { group, items: [...all, ...names.map((value) => ({ value, label: auditActions[value] }))] };
});

/** The filter lives in the URL, and works as a plain form without scripts. */
export function AuditFilters({ view }: { view: AuditView }) {
  const isEmpty = Object.values(view).every((value) => value === '');
  return (
    <search>
      {/* What is shown is what was asked for: another search is another form. */}
      <Form key={JSON.stringify(view)} method="get" action="/settings/audit" className={classes.filters}>
        <TextInput name="who" label="Who" placeholder="Name, email or key" defaultValue={view.who} maxLength={320} autoComplete="off" />
        <NativeSelect name="action" label="Act" defaultValue={view.action} data={[{ value: '', label: 'Any' }, ...acts]} />
        <TextInput
          name="what"
          label="On what"
          placeholder="Name, id or address"
          defaultValue={view.what}
          maxLength={320}
          autoComplete="off"
          spellCheck={false}
        />
        <NativeSelect
          name="outcome"
          label="Outcome"
          defaultValue={view.outcome}
          data={[
            { value: '', label: 'Done and refused' },
            { value: 'done', label: 'Done' },
            { value: 'refused', label: 'Refused' },
          ]}
        />
        <TextInput type="date" name="from" label="From" defaultValue={view.from} />
        <TextInput type="date" name="to" label="To" defaultValue={view.to} />
        <TextInput
          name="address"
          label="Network address"
          placeholder="192.0.2.1"
          defaultValue={view.address}
          maxLength={64}
          autoComplete="off"
          spellCheck={false}
        />
        <div className={classes.submit}>
          <Button type="submit">Search</Button>
          {!isEmpty && (
            <Button component={Link} to="/settings/audit" variant="default">
              Clear
            </Button>
          )}
        </div>
      </Form>
    </search>
  );
}
