import { Anchor, Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { type ActionFunctionArgs, data, type HeadersFunction, type LoaderFunctionArgs, type MetaFunction, redirect } from '@remix-run/node';
import { Form, Link, useActionData, useLoaderData, useNavigation } from '@remix-run/react';
import { useEffect, useRef } from 'react';
import { AccessPage } from '#app/components/access/access-page.tsx';
import { ProblemAlert } from '#app/components/problem-alert.tsx';
import { LINK_ENDED } from '#app/domain/access/access-link.ts';
import { PASSWORD_ADVICE, PASSWORD_LENGTH } from '#app/domain/access/own-password.ts';
import { roleLabels } from '#app/domain/access/roles.ts';
import { findLink, useLink } from '#app/domain/access/use-link.server.ts';
import { conflict } from '#app/domain/problem.ts';
import { forgetLink, linkOf, PRIVATE } from '#app/http/access-link.server.ts';
import { type FormProblem, formAnswer } from '#app/http/form-answer.server.ts';
import { readForm } from '#app/http/request-bytes.server.ts';
import { assertSameOrigin } from '#app/http/require.server.ts';
import { openSession } from '#app/http/sign-in.server.ts';

export const meta: MetaFunction = () => [{ title: 'Choose your password · Rollcall' }, { name: 'robots', content: 'noindex' }];

export const headers: HeadersFunction = ({ actionHeaders }) => ({ ...Object.fromEntries(actionHeaders), ...PRIVATE });

export async function loader({ context, request }: LoaderFunctionArgs) {
  const link = await findLink(context.db, linkOf(request, context.env.baseUrl));
  return data({ link }, { status: link ? 200 : 404 });
}

export async function action({ context, request }: ActionFunctionArgs) {
  assertSameOrigin(request, context.auth);
  const { baseUrl } = context.env;
  const form = await readForm(request, 64_000);
  const password = String(form.get('password') ?? '');
  return formAnswer(async () => {
    const token = linkOf(request, baseUrl);
    // Of two links that were opened in one browser, the page shows one and the cookie may be the other's.
    if (String((await findLink(context.db, token))?.id) !== form.get('link')) throw conflict(LINK_ENDED, 'link_ended');
    const { kind, id, email } = await useLink(context, token, { name: form.get('name') as string | null, password });
    const entered = kind === 'invitation' ? await openSession(context, request, id, email) : null;
    const next = entered ?? redirect('/login?set=1');
    next.headers.append('Set-Cookie', forgetLink(baseUrl));
    return next;
  }, form);
}

export default function ChoosePassword() {
  const { link } = useLoaderData<typeof loader>();
  const failed = useActionData<typeof action>() as { problem: FormProblem } | undefined;
  const { state } = useNavigation();
  const password = useRef<HTMLInputElement>(null);
  const problem = failed?.problem;
  useEffect(() => {
    if (problem) password.current?.focus();
  }, [problem]);
  if (!link) return <LinkEnded />;
  const errorOf = (path: string) => problem?.errors.find((error) => error.path === path)?.message;
  const invited = link.kind === 'invitation';
  return (
    <AccessPage
      title={invited ? 'Welcome to Rollcall' : 'Choose a new password'}
      lead={
        invited && link.role
          ? `You are invited as ${roleLabels[link.role].toLowerCase()}. Choose a password that only you know.`
          : 'Whoever is signed in to your account is signed out, everywhere.'
      }
    >
      <Form method="post" noValidate>
        <Stack gap="md">
          {problem && problem.errors.length === 0 && <ProblemAlert title="The password was not set">{problem.detail}</ProblemAlert>}
          <input type="hidden" name="link" value={link.id} />
          <TextInput label="Email" type="email" name="email" size="md" value={link.email} readOnly autoComplete="username" />
          {invited && (
            <TextInput
              name="name"
              label="Your name"
              size="md"
              defaultValue={problem?.fields.name ?? link.name}
              error={errorOf('name')}
              maxLength={200}
              autoComplete="name"
              dir="auto"
            />
          )}
          <PasswordInput
            ref={password}
            name="password"
            label="Password"
            description={PASSWORD_ADVICE}
            error={errorOf('password')}
            size="md"
            autoComplete="new-password"
            maxLength={PASSWORD_LENGTH.most}
            autoFocus
            required
            withAsterisk={false}
            visibilityToggleButtonProps={{ 'aria-label': 'Show or hide the password' }}
          />
          <Button type="submit" size="md" fullWidth loading={state !== 'idle'}>
            {invited ? 'Set the password and sign in' : 'Set the password'}
          </Button>
        </Stack>
      </Form>
    </AccessPage>
  );
}

function LinkEnded() {
  return (
    <AccessPage title="This link opens nothing" lead={LINK_ENDED}>
      <Text>Ask whoever sent it for a new one. If you have an account already, you can sign in.</Text>
      <Anchor component={Link} to="/login" underline="always">
        Go to the sign-in
      </Anchor>
    </AccessPage>
  );
}
