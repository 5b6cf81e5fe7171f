import { Anchor, Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { type ActionFunctionArgs, data, type HeadersFunction, type LoaderFunctionArgs, type MetaFunction, redirect } from '@remix-run/node';
import { Form, Link, useActionData, useNavigation, useSearchParams } from '@remix-run/react';
import { useEffect, useRef } from 'react';
import { AccessPage } from '#app/components/access/access-page.tsx';
import { ProblemAlert } from '#app/components/problem-alert.tsx';
import { currentViewer, unfinishedViewer } from '#app/domain/access/auth.server.ts';
import { needsFirstAdministrator } from '#app/domain/access/first-administrator.server.ts';
import { unavailable } from '#app/domain/unavailable.server.ts';
import { readForm } from '#app/http/request-bytes.server.ts';
import { safeNext, signIn } from '#app/http/sign-in.server.ts';

export const meta: MetaFunction = () => [{ title: 'Sign in · Rollcall' }];

/** A refusal says when to come again. */
export const headers: HeadersFunction = ({ actionHeaders }) => actionHeaders;

export async function loader({ context, request }: LoaderFunctionArgs) {
  const next = safeNext(new URL(request.url).searchParams.get('next'));
  if (await currentViewer(context.auth, request.headers, null)) throw redirect(next);
  if (await unfinishedViewer(context.auth, request.headers)) throw redirect(`/second-factor?next=${encodeURIComponent(next)}`);
  // Without the database nobody is known to be missing, and the form says at the sign-in what is the matter.
  const nobody = await needsFirstAdministrator(context.db.pool).catch((error: unknown) => {
    if (unavailable(error, false)) return false;
    throw error;
  });
  if (nobody) throw redirect('/setup');
  return null;
}

export async function action({ context, request }: ActionFunctionArgs) {
  const form = await readForm(request, 64_000);
  const email = String(form.get('email') ?? '');
  const password = String(form.get('password') ?? '');
  if (email.trim() === '' || password === '') return data({ error: 'Enter your email and your password.', email }, { status: 422 });
  const answer = await signIn(context, request, { email, password, next: String(form.get('next') ?? '') });
  if (answer instanceof Response) return answer;
  const wait: Record<string, string> = answer.retryAfterS === undefined ? {} : { 'Retry-After': String(answer.retryAfterS) };
  return data({ error: answer.error, email }, { status: answer.status, headers: wait });
}

export default function SignIn() {
  const failed = useActionData<typeof action>() as { error: string; email: string } | undefined;
  const [parameters] = useSearchParams();
  const { state } = useNavigation();
  const password = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (failed) password.current?.select();
  }, [failed]);
  return (
    <AccessPage title="Sign in" lead="Email and SMS campaigns in which every recipient is accounted for.">
      <Form method="post" noValidate>
        <Stack gap="md">
          {failed && state === 'idle' && <ProblemAlert title="Sign-in failed">{failed.error}</ProblemAlert>}
          {!failed && parameters.has('late') && (
            <ProblemAlert kind="info" title="Sign in once more">
              The password was entered more than ten minutes ago, or has changed since, or your account is not asked for a code any more.
            </ProblemAlert>
          )}
          {!failed && parameters.has('made') && (
            <ProblemAlert kind="info" title="There is an administrator already">
              Sign in, or ask them to invite you.
            </ProblemAlert>
          )}
          {!failed && parameters.has('set') && <ProblemAlert kind="success" title="Your password is set. Sign in with it." />}
          <input type="hidden" name="next" value={parameters.get('next') ?? ''} />
          <TextInput
            name="email"
            type="email"
            label="Email"
            size="md"
            autoComplete="username"
            defaultValue={failed?.email}
            autoFocus={!failed}
            required
            withAsterisk={false}
          />
          <PasswordInput
            ref={password}
            name="password"
            label="Password"
            size="md"
            autoComplete="current-password"
            required
            withAsterisk={false}
            visibilityToggleButtonProps={{ 'aria-label': 'Show or hide the password' }}
          />
          <Button type="submit" size="md" fullWidth loading={state !== 'idle'}>
            Sign in
          </Button>
        </Stack>
      </Form>
      <Text size="sm" c="dimmed">
        <Anchor component={Link} to="/access/forgot" underline="always">
          Forgot your password?
        </Anchor>{' '}
        Who has no account is invited by an administrator of this Rollcall.
      </Text>
    </AccessPage>
  );
}
