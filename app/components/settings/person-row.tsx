import { Button, Group } from '@mantine/core';
import { Form, Link, useNavigation } from '@remix-run/react';
import { IconUserOff } from '@tabler/icons-react';
import { useState } from 'react';
import type { Person } from '#app/domain/access/person.ts';
import { RelativeTime } from '../relative-time.tsx';
import { ActButton } from './act-button.tsx';
import { ConfirmButton } from './confirm-button.tsx';
import { RoleSelect } from './role-select.tsx';
import classes from './settings.module.css';
import { StateMark } from './state-mark.tsx';

/** The role changes with the button and not with the choice: a keyboard passes other roles on its way. */
function RoleForm({ person: { id, name, role }, own }: { person: Person; own: boolean }) {
  const [chosen, setChosen] = useState<string>(role);
  const { formData } = useNavigation();
  const busy = formData?.get('intent') === 'role' && formData.get('id') === id;
  return (
    <Form method="post" replace preventScrollReset>
      <input type="hidden" name="intent" value="role" />
      <input type="hidden" name="id" value={id} />
      <Group gap={4} wrap="nowrap">
        <RoleSelect
          aria-label={`Role of ${name}`}
          size="xs"
          defaultValue={role}
          disabled={own}
          onChange={(event) => setChosen(event.currentTarget.value)}
        />
        {chosen !== role && (
          <Button type="submit" size="compact-sm" loading={busy} aria-label={`Change the role of ${name}`}>
            Change
          </Button>
        )}
        {!own && (
          <button type="submit" className="no-script">
            Change
          </button>
        )}
      </Group>
    </Form>
  );
}

/** One person with what an administrator may do; to oneself nothing that would lock one out. */
export function PersonRow({ person, own }: { person: Person; own: boolean }) {
  const { id, name, email, role, disabled, seen_at, second_factor } = person;
  return (
    <li className={classes.row} data-quiet={disabled || undefined}>
      <div className={classes.rowWords}>
        <Link to={`/settings/people/${id}`} className={`name ${classes.title}`} dir="auto">
          {name}
          {own && ' (you)'}
        </Link>
        <span className={classes.detail}>{email}</span>
        <span className={classes.detail}>
          {seen_at ? <RelativeTime at={seen_at} prefix="Last seen" /> : 'Not signed in'}
          {second_factor && ' · second factor'}
        </span>
      </div>
      <div className={classes.rowEnd}>
        {disabled ? (
          <>
            <StateMark tone="gray" icon={IconUserOff}>
              Disabled
            </StateMark>
            <ActButton label="Enable" name={name} fields={{ intent: 'enable', id }} />
          </>
        ) : (
          <>
            <RoleForm key={role} person={person} own={own} />
            {!own && (
              <ConfirmButton
                label="Disable"
                name={name}
                question="Disable this account?"
                confirm="Disable the account"
                fields={{ intent: 'disable', id }}
              >
                <span className="name">{name}</span> is signed out everywhere and cannot sign in until somebody enables the account again.
                What they made stays, except for their API keys: those end with the account.
              </ConfirmButton>
            )}
          </>
        )}
      </div>
    </li>
  );
}
