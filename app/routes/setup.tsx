import { Button, Code, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { type ActionFunctionArgs, type HeadersFunction, type LoaderFunctionArgs, type MetaFunction, redirect } from '@remix-run/node';
import { Form, useActionData, useLoaderData, useNavigation } from '@remix-run/react';
import { useEffect, useRef } from 'react';
import { AccessPage } from '#app/components/access/access-page.tsx';
import { ProblemAlert } from '#app/components/problem-alert.tsx';
import { isSetupToken, makeFirstAdministrator, needsFirstAdministrator } from '#app/domain/access/first-administrator.server.ts';
import { PASSWORD_ADVICE, PASSWORD_LENGTH } from '#app/domain/access/own-password.ts';
import { isProblem } from '#app/domain/problem.ts';
import { forgetLink, linkOf, PRIVATE, SETUP } from '#app/http/access-link.server.ts';
import { type FormProblem, formAnswer } from '#app/http/form-answer.server.ts';
import { readForm } from '#app/http/request-bytes.server.ts';
import { assertSameOrigin } from '#app/http/require.server.ts';
import { openSession } from '#app/http/sign-in.server.ts';

export const meta: MetaFunction = () => [{ title: 'Welcome to Rollcall' }, { name: 'robots', content: 'noindex' }];

export const headers: HeadersFunction = ({ actionHeaders }) => ({ ...Object.fromEntries(actionHeaders), ...PRIVATE });

export async function loader({ context, request }: LoaderFunctionArgs) {
  if (!(await needsFirstAdministrator(context.db.pool))) throw redirect(MADE);
  const token = linkOf(request, context.env.baseUrl, SETUP);
  const open = await isSetupToken(context.db, token);
  const { oidc } = context.auth;
  return {
    open,
    provider: oidc?.settings.only ? oidc.settings.label : null,
    wrong: !open && (token !== '' || new URL(request.url).searchParams.has('wrong')),
  };
}

/** The page that tells whoever comes second. */
const MADE = '/login?made=1';

export async function action({ context, request }: ActionFunctionArgs) {
  assertSameOrigin(request, context.auth);
  const form = await readForm(request, 64_000);
  const text = (field: string) => String(form.get(field) ?? '');
  return formAnswer(async () => {
    const person = { name: text('name'), email: text('email'), password: text('password') };
    const made = await makeFirstAdministrator(context, linkOf(request, context.env.baseUrl, SETUP), person).catch((error: unknown) => {
      if (isProblem(error) && error.code === 'link_ended') return null;
      throw error;
    });
    if (!made) return redirect(MADE, { headers: { 'Set-Cookie': forgetLink(context.env.baseUrl, SETUP) } });
    const { id, email } = made;
    const entered = (await openSession(context, request, id, email)) ?? redirect('/login');
    entered.headers.append('Set-Cookie', forgetLink(context.env.baseUrl, SETUP));
    return entered;
  }, form);
}

/** Nobody can sign in yet: the first administrator makes themself, with the link that the log of the web process has. */
export default function FirstRun() {
  const { open, provider, wrong } = useLoaderData<typeof loader>();
  const failed = useActionData<typeof action>() as { problem: FormProblem } | undefined;
  const { state } = useNavigation();
  const form = useRef<HTMLFormElement>(null);
  const problem = failed?.problem;
  useEffect(() => {
    if (problem) form.current?.querySelector<HTMLInputElement>('[aria-invalid="true"]')?.focus();
  }, [problem]);
  if (!open) return <WhereTheLinkIs wrong={wrong} />;
  const errorOf = (path: string) => problem?.errors.find((error) => error.path === path)?.message;
  const whole = problem && !problem.errors.some(({ path }) => ['name', 'email', 'password'].includes(path));
  return (
    <AccessPage title="Welcome to Rollcall" lead="You are its first administrator. Others you invite afterwards, under Settings, Team.">
      <Form method="post" noValidate ref={form}>
        <Stack gap="md">
          {whole && <ProblemAlert title="The account was not made">{problem.detail}</ProblemAlert>}
          <TextInput
            name="name"
            label="Your name"
            size="md"
            defaultValue={problem?.fields.name}
            error={errorOf('name')}
            maxLength={200}
            autoComplete="name"
            dir="auto"
            autoFocus={!problem}
            required
            withAsterisk={false}
          />
          <TextInput
            name="email"
            type="email"
            label="Email"
            size="md"
            defaultValue={problem?.fields.email}
            error={errorOf('email')}
            maxLength={254}
            autoComplete="username"
            required
            withAsterisk={false}
          />
          {provider ? (
            <Text size="sm">
              Passwords are switched off here. From the next time on you sign in with {provider}, which finds your account by this email
              address.
            </Text>
          ) : (
            <PasswordInput
              name="password"
              label="Password"
              description={PASSWORD_ADVICE}
              error={errorOf('password')}
              size="md"
              maxLength={PASSWORD_LENGTH.most}
              autoComplete="new-password"
              required
              withAsterisk={false}
              visibilityToggleButtonProps={{ 'aria-label': 'Show or hide the password' }}
            />
          )}
          <Button type="submit" size="md" fullWidth loading={state !== 'idle'}>
            Make the account and sign in
          </Button>
        </Stack>
      </Form>
    </AccessPage>
  );
}

function WhereTheLinkIs({ wrong }: { wrong: boolean }) {
  return (
    <AccessPage title="Nobody can sign in yet" lead="This Rollcall has no administrator. Whoever runs it makes the first one.">
      <Stack gap="sm">
        {wrong && (
          <ProblemAlert title="This link opens nothing">
            It is not the one that the log has now. It may be cut off, or of another Rollcall, or of one that was here before. Copy it whole
            from the newest line.
          </ProblemAlert>
        )}
        <Text>
          The log of its web process has a line that begins with <Code>Nobody can sign in yet</Code> and has a link. Open that link in this
          browser. It works once.
        </Text>
        <Text size="sm" c="dimmed">
          With Docker: <Code>docker compose logs web</Code>. Each start writes the line again. Or set <Code>ADMIN_EMAIL</Code> and{' '}
          <Code>ADMIN_PASSWORD</Code>, and start it anew.
        </Text>
      </Stack>
    </AccessPage>
  );
}
