import { Button, Text, Title } from '@mantine/core';
import type { LoaderFunctionArgs, MetaFunction } from '@remix-run/node';
import { Link } from '@remix-run/react';
import { useEffect } from 'react';
import { Logo } from '#app/components/logo.tsx';
import classes from '#app/components/sign-in.module.css';
import { tellSignedIn } from '#app/components/signed-in-again.ts';
import { requireUser } from '#app/http/require.server.ts';

export const meta: MetaFunction = () => [{ title: 'Signed in · Rollcall' }];

export async function loader({ context, request }: LoaderFunctionArgs) {
  const { name } = await requireUser(context, request);
  return { name };
}

/** The end of a sign-in beside a page that had lost its session: that page hears of it and goes on. */
export default function SignedInBeside() {
  useEffect(tellSignedIn, []);
  return (
    <div className={classes.page}>
      <main className={classes.form}>
        <Logo size={28} />
        <div>
          <Title order={1} mb={4}>
            You are signed in
          </Title>
          <Text c="dimmed">Go back to the tab that you came from: what you wrote there is being saved. You can close this one.</Text>
        </div>
        <Button component={Link} to="/" variant="default">
          Go to campaigns
        </Button>
      </main>
    </div>
  );
}
