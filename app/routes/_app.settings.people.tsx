import { Stack } from '@mantine/core';
import type { ActionFunctionArgs, LoaderFunctionArgs, MetaFunction } from '@remix-run/node';
import { useActionData, useLoaderData } from '@remix-run/react';
import { ProblemAlert } from '#app/components/problem-alert.tsx';
import { AddForm } from '#app/components/settings/add-form.tsx';
import { InvitationRow } from '#app/components/settings/invitation-row.tsx';
import { MadeLink } from '#app/components/settings/made-link.tsx';
import { PeopleDataForm } from '#app/components/settings/people-data-form.tsx';
import { PersonRow } from '#app/components/settings/person-row.tsx';
import { RoleNotes } from '#app/components/settings/role-notes.tsx';
import { SecondFactorRolesForm } from '#app/components/settings/second-factor-roles-form.tsx';
import { SectionHead } from '#app/components/settings/section-head.tsx';
import { SessionLimitsForm } from '#app/components/settings/session-limits-form.tsx';
import classes from '#app/components/settings/settings.module.css';
import { useViewer } from '#app/components/use-viewer.ts';
import { canMail } from '#app/domain/access/access-mail.server.ts';
import { listInvitations } from '#app/domain/access/invitations.server.ts';
import { listPeople } from '#app/domain/access/people.server.ts';
import { listSecondFactorRoles } from '#app/domain/access/second-factor-roles.server.ts';
import { readSessionLimits } from '#app/domain/access/session-limits.server.ts';
import { readWithheld } from '#app/domain/access/withheld.server.ts';
import { assertMay, requireUser } from '#app/http/require.server.ts';
import { settingsAction } from '#app/routes/_app.settings/action.server.ts';
import { teamActs } from '#app/routes/_app.settings/team-acts.server.ts';

export const meta: MetaFunction = () => [{ title: 'Team · Rollcall' }];

export async function loader({ context, request }: LoaderFunctionArgs) {
  assertMay(await requireUser(context, request), 'settings:write');
  const { db, env } = context;
  const [people, invitations, limits, secondFactor, withheld] = await Promise.all([
    listPeople(db),
    listInvitations(db),
    readSessionLimits(db),
    listSecondFactorRoles(db),
    readWithheld(db),
  ]);
  return { people, invitations, limits, secondFactor, withheld, mails: canMail(env) };
}

export const action = (args: ActionFunctionArgs) => settingsAction(args, (submitted) => teamActs(args, submitted));

export default function People() {
  const { people, invitations, limits, secondFactor, withheld, mails } = useLoaderData<typeof loader>();
  const answer = useActionData<typeof action>();
  const viewer = useViewer();
  const { said, link } = answer?.result ?? {};
  const problem = answer?.problem;
  return (
    <Stack gap="lg">
      <div>
        <SectionHead title="Team">Who may sign in, and as what.</SectionHead>
        <Stack gap="sm" aria-live="polite" mb={answer ? 'md' : 0}>
          {problem && !['add', 'sessions'].includes(problem.fields.intent ?? '') && (
            <ProblemAlert title="That did not work">{problem.detail}</ProblemAlert>
          )}
          {said && <ProblemAlert kind="success" title={said} />}
          {link && <MadeLink link={link} />}
        </Stack>
        <ul className={classes.list} aria-label="Team">
          {people.map((person) => (
            <PersonRow key={person.id} person={person} own={person.id === viewer.id} />
          ))}
          {invitations.map((invitation) => (
            <InvitationRow key={`invitation ${invitation.id}`} invitation={invitation} mails={mails} />
          ))}
        </ul>
      </div>
      <section aria-labelledby="add-person">
        <SectionHead title={<span id="add-person">Invite somebody</span>}>
          They get a link that works once, and choose a password that nobody else knows.
        </SectionHead>
        <AddForm
          key={link?.url ?? 'form'}
          intent="add"
          submit="Invite"
          namePlaceholder="Ana Example"
          withEmail
          mails={mails}
          problem={problem}
        />
      </section>
      <section aria-labelledby="second-factor">
        <SectionHead title={<span id="second-factor">Second factor required</span>}>
          After the password, a code from a phone. Whoever has one of these roles sets it up before they see anything else.
        </SectionHead>
        <SecondFactorRolesForm key={secondFactor.join()} required={secondFactor} />
      </section>
      <section aria-labelledby="sessions">
        <SectionHead title={<span id="sessions">Sessions end by themselves</span>}>
          After so long without use, and so long after the sign-in in any case. Then everybody signs in again.
        </SectionHead>
        <SessionLimitsForm limits={limits} problem={problem} />
      </section>
      <section aria-labelledby="roles">
        <SectionHead title={<span id="roles">What the roles may do</span>} />
        <RoleNotes withheld={withheld} />
      </section>
      <section aria-labelledby="people-data">
        <SectionHead title={<span id="people-data">People’s data</span>}>
          Addresses, names, columns of contact files, and what became of each person’s messages. A role without it sees campaigns and
          numbers, and may do the rest of what it may.
        </SectionHead>
        <PeopleDataForm key={JSON.stringify(withheld)} withheld={withheld} />
      </section>
    </Stack>
  );
}
