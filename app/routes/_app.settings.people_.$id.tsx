import { Anchor, Group, Stack } from '@mantine/core';
import { type ActionFunctionArgs, type LoaderFunctionArgs, type MetaFunction, redirect } from '@remix-run/node';
import { Link, useActionData, useLoaderData } from '@remix-run/react';
import { ConfirmButton } from '#app/components/settings/confirm-button.tsx';
import { LinkButtons } from '#app/components/settings/link-buttons.tsx';
import { MadeLink } from '#app/components/settings/made-link.tsx';
import { RenameForm } from '#app/components/settings/rename-form.tsx';
import { SectionHead } from '#app/components/settings/section-head.tsx';
import { SettingsAnswers } from '#app/components/settings/settings-answers.tsx';
import { useViewer } from '#app/components/use-viewer.ts';
import { canMail } from '#app/domain/access/access-mail.server.ts';
import { getPerson } from '#app/domain/access/people.server.ts';
import { roleLabels } from '#app/domain/access/roles.ts';
import { orErrorPage } from '#app/http/page-problem.server.ts';
import { assertMay, requireUser } from '#app/http/require.server.ts';
import { settingsAction } from '#app/routes/_app.settings/action.server.ts';
import { personActs } from '#app/routes/_app.settings/team-acts.server.ts';

export const meta: MetaFunction<typeof loader> = ({ data }) => [{ title: `${data?.person.name ?? 'Team'} · Rollcall` }];

export async function loader({ context, request, params }: LoaderFunctionArgs) {
  assertMay(await requireUser(context, request), 'settings:write');
  const person = await orErrorPage(getPerson(context.db.pool, params.id ?? ''));
  return { person, mails: canMail(context.env), byPassword: !context.auth.oidc?.shown.only };
}

export const action = (args: ActionFunctionArgs) =>
  settingsAction(args, async (submitted) => {
    const done = await personActs(args, submitted, args.params.id ?? '');
    if (submitted.intent === 'delete') throw redirect('/settings/people');
    return done;
  });

export default function PersonPage() {
  const { person, mails, byPassword } = useLoaderData<typeof loader>();
  const answer = useActionData<typeof action>();
  const viewer = useViewer();
  const own = person.id === viewer.id;
  const { link } = answer?.result ?? {};
  const words = <span className="name">{person.name}</span>;
  return (
    <Stack gap="lg">
      <div>
        <Anchor component={Link} to="/settings/people" size="sm">
          Team
        </Anchor>
        <SectionHead title={words}>
          {person.email} · {roleLabels[person.role]}
          {person.second_factor && ' · second factor'}
          {person.disabled && ' · disabled'}
        </SectionHead>
        <SettingsAnswers answer={answer} fields={['rename']}>
          {link && <MadeLink link={link} />}
        </SettingsAnswers>
      </div>
      <section aria-labelledby="name">
        <SectionHead title={<span id="name">Name</span>}>As others see it. What was done before keeps the name of then.</SectionHead>
        <RenameForm key={person.name} name={person.name} problem={answer?.problem} />
      </section>
      {own ? (
        <p>
          Your password and your sessions are in{' '}
          <Anchor component={Link} to="/account" underline="always">
            your account
          </Anchor>
          .
        </p>
      ) : (
        <>
          {!person.disabled && (
            <section aria-labelledby="access">
              <SectionHead title={<span id="access">Access</span>}>
                {byPassword
                  ? 'With the link they choose a new password. Until they do, everything stays as it is.'
                  : 'Passwords are switched off here.'}
              </SectionHead>
              <Group gap="xs">
                {byPassword && <LinkButtons name={person.name} fields={{ intent: 'reset' }} mails={mails} copy="Link to a new password" />}
                <ConfirmButton
                  label="Sign out everywhere"
                  name={person.name}
                  question="Sign out everywhere?"
                  confirm="Sign out everywhere"
                  danger={false}
                  fields={{ intent: 'sign-out' }}
                >
                  All browsers in which {words} is signed in ask {byPassword ? 'for the password again' : 'to sign in again'}.
                </ConfirmButton>
              </Group>
            </section>
          )}
          {person.second_factor && (
            <section aria-labelledby="second-factor">
              <SectionHead title={<span id="second-factor">Second factor</span>}>
                For who has neither phone nor recovery codes any more. Make sure that it is really them who ask.
              </SectionHead>
              <ConfirmButton
                label="Take it off"
                name={person.name}
                question="Take the second factor off?"
                confirm="Take it off"
                fields={{ intent: 'second-factor' }}
              >
                {words} is signed out everywhere, and the password alone opens the account until they have set up another phone.
              </ConfirmButton>
            </section>
          )}
          <section aria-labelledby="delete">
            <SectionHead title={<span id="delete">Delete the account</span>}>
              Campaigns and the record of what they did stay, under their name. Their sessions and API keys end.
            </SectionHead>
            <ConfirmButton
              label="Delete"
              name={person.name}
              question="Delete this account?"
              confirm="Delete the account"
              fields={{ intent: 'delete' }}
            >
              {words} is signed out everywhere, and the API keys that they made end. This cannot be undone; disabling an account can.
            </ConfirmButton>
          </section>
        </>
      )}
    </Stack>
  );
}
