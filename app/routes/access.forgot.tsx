import { Anchor, Button, Stack, Text, TextInput } from '@mantine/core';
import { type ActionFunctionArgs, data, type HeadersFunction, type LoaderFunctionArgs, type MetaFunction } from '@remix-run/node';
import { Form, Link, useActionData, useLoaderData, useNavigation } from '@remix-run/react';
import { AccessPage } from '#app/components/access/access-page.tsx';
import { ProblemAlert } from '#app/components/problem-alert.tsx';
import { canMail } from '#app/domain/access/access-mail.server.ts';
import { requestReset } from '#app/domain/access/resets.server.ts';
import { conflict, invalid } from '#app/domain/problem.ts';
import { PRIVATE } from '#app/http/access-link.server.ts';
import { type FormProblem, formAnswer } from '#app/http/form-answer.server.ts';
import { readForm } from '#app/http/request-bytes.server.ts';
import { assertSameOrigin } from '#app/http/require.server.ts';

export const meta: MetaFunction = () => [{ title: 'Forgot your password? · Rollcall' }, { name: 'robots', content: 'noindex' }];

export const headers: HeadersFunction = ({ actionHeaders }) => ({ ...Object.fromEntries(actionHeaders), ...PRIVATE });

export const loader = ({ context }: LoaderFunctionArgs) => {
  const provider = context.auth.oidc?.shown;
  return { mails: canMail(context.env), sandbox: context.env.sandbox === '1', only: provider?.only ? provider.label : null };
};

export async function action({ context, request }: ActionFunctionArgs) {
  assertSameOrigin(request, context.auth);
  const form = await readForm(request, 64_000);
  return formAnswer(async () => {
    if (!canMail(context.env)) throw conflict('This Rollcall has no email account to send with.', 'configuration');
    const email = String(form.get('email') ?? '').trim();
    if (!/^\S+@\S+$/.test(email)) throw invalid([{ path: 'email', message: 'Enter your email address.' }]);
    await requestReset(context, email, request.headers.get('x-real-client-ip') ?? 'unknown');
    return data({ problem: null, email });
  }, form);
}

export default function Forgot() {
  const { mails, sandbox, only } = useLoaderData<typeof loader>();
  const answer = useActionData<typeof action>() as { problem: FormProblem | null; email?: string } | undefined;
  const { state } = useNavigation();
  const problem = answer?.problem;
  const error = problem?.errors.find(({ path }) => path === 'email')?.message;
  if (only) return <SwitchedOff label={only} />;
  return (
    <AccessPage title="Forgot your password?" lead="A link to a new one is sent to the address that you sign in with.">
      {sandbox && (
        <ProblemAlert kind="warning" title="This Rollcall runs with the sandbox">
          Its mails reach nobody. Ask an administrator for a link, or whoever runs it.
        </ProblemAlert>
      )}
      {answer?.email !== undefined && (
        <ProblemAlert kind="success" title="Look into your mailbox">
          If <span className="name">{answer.email}</span> has an account here, a link is on its way to it. It is good for an hour. Nothing
          there after some minutes? Look among the unwanted mails, or ask an administrator.
        </ProblemAlert>
      )}
      {problem && problem.errors.length === 0 && <ProblemAlert title="No mail was sent">{problem.detail}</ProblemAlert>}
      {mails ? (
        <Form method="post" noValidate>
          <Stack gap="md">
            <TextInput
              name="email"
              type="email"
              label="Email"
              size="md"
              defaultValue={problem?.fields.email}
              error={error}
              autoComplete="username"
              maxLength={254}
              autoFocus
              required
              withAsterisk={false}
            />
            <Button type="submit" size="md" fullWidth loading={state !== 'idle'}>
              Send the link
            </Button>
          </Stack>
        </Form>
      ) : (
        <Text>
          This Rollcall has no email account to send with. Ask an administrator for a link, or whoever runs it for{' '}
          <code>npm run reset-password</code>.
        </Text>
      )}
      <Anchor component={Link} to="/login" underline="always" size="sm">
        Back to the sign-in
      </Anchor>
    </AccessPage>
  );
}

function SwitchedOff({ label }: { label: string }) {
  return (
    <AccessPage title="Passwords are switched off" lead={`People sign in to this Rollcall with ${label}.`}>
      <Anchor component={Link} to="/login" underline="always">
        Go to the sign-in
      </Anchor>
    </AccessPage>
  );
}
