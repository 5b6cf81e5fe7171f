import { Stack } from '@mantine/core';
import type { ActionFunctionArgs, LoaderFunctionArgs, MetaFunction } from '@remix-run/node';
import { useActionData, useLoaderData } from '@remix-run/react';
import { ProblemAlert } from '#app/components/problem-alert.tsx';
import { AddForm } from '#app/components/settings/add-form.tsx';
import { PersonRow } from '#app/components/settings/person-row.tsx';
import { RoleNotes } from '#app/components/settings/role-notes.tsx';
import { SectionHead } from '#app/components/settings/section-head.tsx';
import classes from '#app/components/settings/settings.module.css';
import { ShownOnce } from '#app/components/settings/shown-once.tsx';
import { useViewer } from '#app/components/use-viewer.ts';
import { addPerson, changeRole, disablePerson, enablePerson, listPeople, resetPassword } from '#app/domain/access/people.server.ts';
import { type Role, roleLabels } from '#app/domain/access/roles.ts';
import { notFound } from '#app/domain/problem.ts';
import { assertMay, requireUser } from '#app/http/require.server.ts';
import { settingsAction } from '#app/routes/_app.settings/action.server.ts';

export const meta: MetaFunction = () => [{ title: 'Team · Rollcall' }];

export async function loader({ context, request }: LoaderFunctionArgs) {
  assertMay(await requireUser(context, request), 'settings:write');
  return { people: await listPeople(context.db) };
}

interface Done {
  said?: string;
  password?: { of: string; value: string };
}

export const action = (args: ActionFunctionArgs) =>
  settingsAction(args, async ({ form, intent }): Promise<Done> => {
    const { context, request } = args;
    const { headers } = request;
    const text = (field: string) => String(form.get(field) ?? '');
    const id = text('id');
    switch (intent) {
      case 'add': {
        const input = { name: text('name'), email: text('email'), role: text('role') as Role };
        const { person, password } = await addPerson(context, input);
        return { password: { of: person.email, value: password } };
      }
      case 'role': {
        const { name, role } = await changeRole(context, headers, id, { role: text('role') });
        return { said: `${name} is now: ${roleLabels[role]}.` };
      }
      case 'disable':
        return { said: `The account of ${(await disablePerson(context, headers, id)).name} is disabled.` };
      case 'enable':
        return { said: `The account of ${(await enablePerson(context, headers, id)).name} is enabled.` };
      case 'password': {
        const { person, password } = await resetPassword(context, headers, id);
        return { password: { of: person.email, value: password } };
      }
      default:
        throw notFound('There is no such act');
    }
  });

export default function People() {
  const { people } = useLoaderData<typeof loader>();
  const answer = useActionData<typeof action>();
  const viewer = useViewer();
  const { said, password } = answer?.result ?? {};
  const problem = answer?.problem;
  return (
    <Stack gap="lg">
      <div>
        <SectionHead title="Team">Who may sign in, and as what.</SectionHead>
        <Stack gap="sm" aria-live="polite" mb={answer ? 'md' : 0}>
          {problem && problem.fields.intent !== 'add' && <ProblemAlert title="That did not work">{problem.detail}</ProblemAlert>}
          {said && <ProblemAlert kind="success" title={said} />}
          {password && (
            <ShownOnce title={`The password of ${password.of}`} value={password.value}>
              Hand it over in a safe way.
            </ShownOnce>
          )}
        </Stack>
        <ul className={classes.list} aria-label="Team">
          {people.map((person) => (
            <PersonRow key={person.id} person={person} own={person.id === viewer.id} />
          ))}
        </ul>
      </div>
      <section aria-labelledby="add-person">
        <SectionHead title={<span id="add-person">Add somebody</span>}>
          A password is made for them and shown to you once; there are no invitations by email.
        </SectionHead>
        <AddForm key={password?.of ?? 'form'} intent="add" submit="Add" namePlaceholder="Ana Example" withEmail problem={problem} />
      </section>
      <section aria-labelledby="roles">
        <SectionHead title={<span id="roles">What the roles may do</span>} />
        <RoleNotes />
      </section>
    </Stack>
  );
}
