import { Stack } from '@mantine/core';
import type { ActionFunctionArgs, HeadersFunction, LoaderFunctionArgs, MetaFunction } from '@remix-run/node';
import { useActionData, useLoaderData, useSearchParams } from '@remix-run/react';
import { SecondFactor } from '#app/components/account/second-factor.tsx';
import type { SecondFactorAnswer } from '#app/components/account/second-factor-answer.ts';
import { PageHeader } from '#app/components/page-header.tsx';
import { ProblemAlert } from '#app/components/problem-alert.tsx';
import { secondFactorState } from '#app/domain/access/second-factor.server.ts';
import { PRIVATE } from '#app/http/access-link.server.ts';
import { requireUser } from '#app/http/require.server.ts';
import { secondFactorActs } from '#app/http/second-factor-acts.server.ts';

export const meta: MetaFunction = () => [{ title: 'Second factor · Rollcall' }];

export const headers: HeadersFunction = ({ actionHeaders }) => ({ ...Object.fromEntries(actionHeaders), ...PRIVATE });

export async function loader({ context, request }: LoaderFunctionArgs) {
  const viewer = await requireUser(context, request);
  return { email: viewer.email, state: await secondFactorState(context, viewer, request.headers) };
}

export async function action({ context, request }: ActionFunctionArgs) {
  return secondFactorActs(context, await requireUser(context, request), request);
}

export default function OwnSecondFactor() {
  const { email, state } = useLoaderData<typeof loader>();
  const answer = useActionData<typeof action>() as SecondFactorAnswer | undefined;
  const [parameters] = useSearchParams();
  return (
    <Stack gap="lg">
      <PageHeader
        title="Second factor"
        back={{ to: '/account', label: 'Your account' }}
        description="After the password, a code from your phone. Who learns your password still cannot sign in."
      />
      {parameters.has('recovered') && !answer && (
        <ProblemAlert kind="warning" title="You signed in with a recovery code">
          It opens nothing any more. If your phone is gone, let another one take its place here.
        </ProblemAlert>
      )}
      <SecondFactor state={state} email={email} answer={answer} />
    </Stack>
  );
}
