import { Button } from '@mantine/core';
import { type ActionFunctionArgs, type HeadersFunction, type LoaderFunctionArgs, type MetaFunction, redirect } from '@remix-run/node';
import { Form, Link, useActionData, useLoaderData } from '@remix-run/react';
import { AccessPage } from '#app/components/access/access-page.tsx';
import { SecondFactor } from '#app/components/account/second-factor.tsx';
import type { SecondFactorAnswer } from '#app/components/account/second-factor-answer.ts';
import { currentViewer, unfinishedViewer } from '#app/domain/access/auth.server.ts';
import { roleLabels } from '#app/domain/access/roles.ts';
import { secondFactorState } from '#app/domain/access/second-factor.server.ts';
import { PRIVATE } from '#app/http/access-link.server.ts';
import { assertSameOrigin } from '#app/http/require.server.ts';
import { secondFactorActs } from '#app/http/second-factor-acts.server.ts';
import { safeNext } from '#app/http/sign-in.server.ts';

export const meta: MetaFunction = () => [{ title: 'Set up a second factor · Rollcall' }];

export const headers: HeadersFunction = ({ actionHeaders }) => ({ ...Object.fromEntries(actionHeaders), ...PRIVATE });

/** Who has set it up stays here until they have kept their recovery codes. */
export async function loader({ context, request }: LoaderFunctionArgs) {
  const next = safeNext(new URL(request.url).searchParams.get('next'));
  const unfinished = await unfinishedViewer(context.auth, request.headers);
  const viewer = unfinished ?? (await currentViewer(context.auth, request.headers, null));
  if (!viewer) throw redirect('/login');
  const { email, role } = viewer;
  return { email, role, next, finished: unfinished === null, state: await secondFactorState(context, viewer, request.headers) };
}

export async function action({ context, request }: ActionFunctionArgs) {
  assertSameOrigin(request, context.auth);
  const viewer = await unfinishedViewer(context.auth, request.headers);
  // Who has one changes it in the account.
  if (!viewer) throw redirect('/account/second-factor');
  return secondFactorActs(context, viewer, request);
}

export default function SecondFactorFirst() {
  const { email, role, next, finished, state } = useLoaderData<typeof loader>();
  const answer = useActionData<typeof action>() as SecondFactorAnswer | undefined;
  if (finished && !answer?.codes) {
    return (
      <AccessPage title="Second factor" lead="Your account lacks nothing.">
        <Button component={Link} to={next} reloadDocument>
          Continue
        </Button>
      </AccessPage>
    );
  }
  return (
    <AccessPage
      title={finished ? 'Keep your recovery codes' : 'Set up a second factor'}
      lead={
        finished
          ? 'Without them and without your phone, only an administrator can let you in again.'
          : `The role ${roleLabels[role].toLowerCase()} asks for one here: after the password, a code from your phone.`
      }
    >
      <SecondFactor state={state} email={email} answer={answer} codesOnly={finished} />
      {finished ? (
        <Button component={Link} to={next} size="md" reloadDocument>
          Continue
        </Button>
      ) : (
        <Form method="post" action="/logout">
          <Button type="submit" variant="subtle" size="compact-sm">
            Sign out
          </Button>
        </Form>
      )}
    </AccessPage>
  );
}
