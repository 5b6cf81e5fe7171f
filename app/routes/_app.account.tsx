import { Button, Stack } from '@mantine/core';
import { type ActionFunctionArgs, data, type HeadersFunction, type LoaderFunctionArgs, type MetaFunction } from '@remix-run/node';
import { Link, useActionData, useLoaderData } from '@remix-run/react';
import { PasswordForm } from '#app/components/account/password-form.tsx';
import { SessionList } from '#app/components/account/session-list.tsx';
import { Answers } from '#app/components/answers.tsx';
import { PageHeader } from '#app/components/page-header.tsx';
import { ProblemAlert } from '#app/components/problem-alert.tsx';
import { ActButton } from '#app/components/settings/act-button.tsx';
import { SectionHead } from '#app/components/settings/section-head.tsx';
import { changeOwnPassword, hasPassword } from '#app/domain/access/own-account.server.ts';
import { endOtherSessions, endOwnSession, listSessions, sessionOf } from '#app/domain/access/own-sessions.server.ts';
import { roleLabels } from '#app/domain/access/roles.ts';
import { hasSecondFactor } from '#app/domain/access/second-factor.server.ts';
import { notFound } from '#app/domain/problem.ts';
import { type FormProblem, formAnswer } from '#app/http/form-answer.server.ts';
import { readForm } from '#app/http/request-bytes.server.ts';
import { requireUser } from '#app/http/require.server.ts';

export const meta: MetaFunction = () => [{ title: 'Your account · Rollcall' }];

export const headers: HeadersFunction = ({ actionHeaders }) => actionHeaders;

export async function loader({ context, request }: LoaderFunctionArgs) {
  const viewer = await requireUser(context, request);
  const { id, name, email, role } = viewer;
  const sessions = await listSessions(context.db, id, await sessionOf(context.auth, request.headers));
  const provider = context.auth.oidc?.shown ?? null;
  const byPassword = !provider?.only && (!provider || (await hasPassword(context.db, viewer)));
  return { name, email, role, sessions, provider, byPassword, secondFactor: await hasSecondFactor(context.db.pool, id) };
}

export async function action({ context, request }: ActionFunctionArgs) {
  const viewer = await requireUser(context, request);
  const form = await readForm(request, 64_000);
  const text = (field: string) => String(form.get(field) ?? '');
  return formAnswer(async () => {
    switch (text('intent')) {
      case 'password':
        await changeOwnPassword(context, viewer, request.headers, { former: text('former'), password: text('password') });
        return data({ problem: null, said: 'Your password is changed. Whoever else was signed in with the one before is signed out.' });
      case 'end':
        await endOwnSession(context.db, viewer, text('id'));
        return data({ problem: null, said: 'The session is ended.' });
      case 'end-others': {
        const ended = await endOtherSessions(context.db, viewer, await sessionOf(context.auth, request.headers));
        return data({ problem: null, said: ended === 1 ? 'One session is ended.' : `${ended} sessions are ended.` });
      }
      default:
        throw notFound('There is no such act');
    }
  }, form);
}

export default function Account() {
  const { name, email, role, sessions, provider, byPassword, secondFactor } = useLoaderData<typeof loader>();
  const answer = useActionData<typeof action>() as { problem: FormProblem | null; said?: string } | undefined;
  const problem = answer?.problem;
  return (
    <>
      <PageHeader title="Your account" />
      <Stack gap="lg">
        <Answers answer={answer} mb={answer ? 0 : 'calc(-1 * var(--mantine-spacing-lg))'}>
          {problem && problem.errors.length === 0 && <ProblemAlert title="That did not work">{problem.detail}</ProblemAlert>}
          {answer?.said && <ProblemAlert kind="success" title={answer.said} />}
        </Answers>
        <div>
          <SectionHead title={<span className="name">{name}</span>}>
            {email} · {roleLabels[role]}
          </SectionHead>
        </div>
        {provider && (
          <section aria-labelledby="provider">
            <SectionHead title={<span id="provider">Sign-in with {provider.label}</span>}>
              {provider.only
                ? `Passwords are switched off here: ${provider.label} signs you in, and asks for what your company asks for.`
                : `Whoever comes through ${provider.label} is asked there for what your company asks for, and for nothing more here.`}
            </SectionHead>
          </section>
        )}
        {byPassword && (
          <section aria-labelledby="password">
            <SectionHead title={<span id="password">Password</span>}>
              Nobody but you knows it. Your other sessions end when you change it.
            </SectionHead>
            <PasswordForm key={answer?.said} email={email} errors={problem?.errors ?? []} />
          </section>
        )}
        {byPassword && (
          <section aria-labelledby="second-factor">
            <SectionHead
              title={<span id="second-factor">Second factor</span>}
              actions={
                <Button component={Link} to="/account/second-factor" variant="default" size="compact-sm">
                  {secondFactor ? 'Change' : 'Set up'}
                </Button>
              }
            >
              {secondFactor
                ? 'Each sign-in asks for a code from your phone after the password.'
                : 'After the password, a code from your phone. Who learns your password still cannot sign in.'}
            </SectionHead>
          </section>
        )}
        <section aria-labelledby="sessions">
          <SectionHead
            title={<span id="sessions">Where you are signed in</span>}
            actions={sessions.length > 1 && <ActButton label="End all others" fields={{ intent: 'end-others' }} />}
          >
            {byPassword ? 'End what is not yours, and change the password then.' : 'End what is not yours.'} An ended session is signed out
            at once.
          </SectionHead>
          <SessionList sessions={sessions} />
        </section>
      </Stack>
    </>
  );
}
