import { Stack } from '@mantine/core';
import type { ActionFunctionArgs, LoaderFunctionArgs, MetaFunction } from '@remix-run/node';
import { useActionData, useLoaderData } from '@remix-run/react';
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
import { SettingsAnswers } from '#app/components/settings/settings-answers.tsx';
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
  return { people, invitations, limits, secondFactor, withheld, mails: canMail(env), provider: context.auth.oidc?.shown ?? null };
}

export const action = (args: ActionFunctionArgs) => settingsAction(args, (submitted) => teamActs(args, submitted));

/** What the page's forms below the list send; all else is of the list. */
const forms = ['add', 'second-factor', 'sessions', 'people-data'];

export default function People() {
  const { people, invitations, limits, secondFactor, withheld, mails, provider } = useLoaderData<typeof loader>();
  const answer = useActionData<typeof action>();
  const viewer = useViewer();
  const { link } = answer?.result ?? {};
  const problem = answer?.problem;
  /** An answer stands where the form is that it answers. */
  const of = (form: string) => (answer?.intent === form ? answer : undefined);
  const ofList = answer && !forms.includes(answer.intent) ? answer : undefined;
  return (
    <Stack gap="lg">
      <div>
        <SectionHead title="Team">
          Who may sign in, and as what.
          {provider?.saysRoles && ` Whoever signs in with ${provider.label} gets the role again that it gives them.`}
        </SectionHead>
        <SettingsAnswers answer={ofList} mb="md">
          {ofList && link && <MadeLink link={link} />}
        </SettingsAnswers>
        <ul className={classes.list} aria-label="Team">
          {people.map((person) => (
            <PersonRow key={person.id} person={person} own={person.id === viewer.id} />
          ))}
          {invitations.map((invitation) => (
            <InvitationRow key={`invitation ${invitation.id}`} invitation={invitation} mails={mails} />
          ))}
        </ul>
      </div>
      {provider?.only ? (
        <section aria-labelledby="add-person">
          <SectionHead title={<span id="add-person">Others</span>}>
            Nobody is invited: passwords are switched off here, and {provider.label} lets people in. Their accounts are made at their first
            sign-in.
          </SectionHead>
        </section>
      ) : (
        <section aria-labelledby="add-person">
          <SectionHead title={<span id="add-person">Invite somebody</span>}>
            They get a link that works once, and choose a password that nobody else knows.
          </SectionHead>
          <SettingsAnswers answer={of('add')} fields={forms} mb="md">
            {of('add') && link && <MadeLink link={link} />}
          </SettingsAnswers>
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
      )}
      <section aria-labelledby="second-factor">
        <SectionHead title={<span id="second-factor">Second factor required</span>}>
          After the password, a code from a phone. Whoever has one of these roles sets it up before they see anything else.
          {provider && ` Who signs in with ${provider.label} is asked for nothing more here.`}
        </SectionHead>
        <SettingsAnswers answer={of('second-factor')} mb="md" />
        <SecondFactorRolesForm key={secondFactor.join()} required={secondFactor} refused={of('second-factor')?.problem} />
      </section>
      <section aria-labelledby="sessions">
        <SectionHead title={<span id="sessions">Sessions end by themselves</span>}>
          After so long without use, and so long after the sign-in in any case. Then everybody signs in again.
        </SectionHead>
        <SettingsAnswers answer={of('sessions')} fields={forms} mb="md" />
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
        <SettingsAnswers answer={of('people-data')} mb="md" />
        <PeopleDataForm key={JSON.stringify(withheld)} withheld={withheld} />
      </section>
    </Stack>
  );
}
