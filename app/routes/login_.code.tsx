import { Anchor, Button, Stack, Text, TextInput } from '@mantine/core';
import { type ActionFunctionArgs, data, type HeadersFunction, type LoaderFunctionArgs, type MetaFunction, redirect } from '@remix-run/node';
import { Form, Link, useActionData, useLoaderData, useNavigation, useSearchParams } from '@remix-run/react';
import { useEffect, useRef } from 'react';
import { AccessPage } from '#app/components/access/access-page.tsx';
import { ProblemAlert } from '#app/components/problem-alert.tsx';
import { currentViewer } from '#app/domain/access/auth.server.ts';
import { PRIVATE } from '#app/http/access-link.server.ts';
import { readForm } from '#app/http/request-bytes.server.ts';
import { firstStepOf, secondStep, signInAgain } from '#app/http/second-step.server.ts';
import { safeNext } from '#app/http/sign-in.server.ts';

export const meta: MetaFunction = () => [{ title: 'Enter your code · Rollcall' }];

export const headers: HeadersFunction = ({ actionHeaders }) => ({ ...Object.fromEntries(actionHeaders), ...PRIVATE });

export async function loader({ context, request }: LoaderFunctionArgs) {
  const next = new URL(request.url).searchParams.get('next');
  if (await currentViewer(context.auth, request.headers, null)) throw redirect(safeNext(next));
  const step = await firstStepOf(context, request);
  if (!step) throw signInAgain(next);
  return { email: step.email };
}

export async function action({ context, request }: ActionFunctionArgs) {
  const form = await readForm(request, 64_000);
  const text = (field: string) => String(form.get(field) ?? '');
  const asked = form.has('recovery') ? 'recovery' : 'code';
  const answer = await secondStep(context, request, text('code'), text('next'), asked);
  if (answer instanceof Response) return answer;
  const wait: Record<string, string> = answer.retryAfterS === undefined ? {} : { 'Retry-After': String(answer.retryAfterS) };
  return data({ error: answer.error }, { status: answer.status, headers: wait });
}

export default function SecondStep() {
  const { email } = useLoaderData<typeof loader>();
  const failed = useActionData<typeof action>() as { error: string } | undefined;
  const [parameters] = useSearchParams();
  const { state } = useNavigation();
  const input = useRef<HTMLInputElement>(null);
  const recovery = parameters.has('recovery');
  const next = parameters.get('next');
  const other = new URLSearchParams({ ...(next && { next }), ...(!recovery && { recovery: '1' }) }).toString();
  useEffect(() => {
    if (failed) input.current?.select();
  }, [failed]);
  return (
    <AccessPage
      title={recovery ? 'Enter a recovery code' : 'Enter your code'}
      lead={recovery ? 'One of those that you kept when you set up your phone.' : 'Your app for codes shows it beside the name Rollcall.'}
    >
      <Form method="post" noValidate key={String(recovery)}>
        <Stack gap="md">
          {failed && state === 'idle' && <ProblemAlert title="Sign-in failed">{failed.error}</ProblemAlert>}
          <input type="hidden" name="next" value={next ?? ''} />
          {recovery && <input type="hidden" name="recovery" value="1" />}
          <TextInput
            ref={input}
            name="code"
            label={recovery ? 'Recovery code' : 'Code'}
            size="md"
            inputMode={recovery ? 'text' : 'numeric'}
            autoComplete={recovery ? 'off' : 'one-time-code'}
            autoCapitalize="off"
            autoCorrect="off"
            spellCheck={false}
            maxLength={40}
            autoFocus
            required
            withAsterisk={false}
          />
          <Button type="submit" size="md" fullWidth loading={state !== 'idle'}>
            Sign in
          </Button>
        </Stack>
      </Form>
      <Text size="sm" c="dimmed">
        You are signing in as <span className="name">{email}</span>.{' '}
        <Anchor component={Link} to={{ search: other }} replace underline="always">
          {recovery ? 'Use the app instead' : 'Use a recovery code instead'}
        </Anchor>
        {' · '}
        <Anchor component={Link} to={next ? `/login?next=${encodeURIComponent(next)}` : '/login'} underline="always">
          Begin again
        </Anchor>
      </Text>
      <Text size="sm" c="dimmed">
        Neither phone nor codes? An administrator can take the second factor off your account.
      </Text>
    </AccessPage>
  );
}
