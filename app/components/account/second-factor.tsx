import { Button, Group, Paper, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { Form, useNavigation } from '@remix-run/react';
import { type ReactNode, useRef } from 'react';
import { groupedSecret, type SecondFactorState } from '#app/domain/access/second-factor.ts';
import { Answers } from '../answers.tsx';
import { ProblemAlert } from '../problem-alert.tsx';
import { RelativeTime } from '../relative-time.tsx';
import { RecoveryCodes } from './recovery-codes.tsx';
import classes from './second-factor.module.css';
import type { SecondFactorAnswer } from './second-factor-answer.ts';

interface Props {
  state: SecondFactorState;
  email: string | null;
  answer: SecondFactorAnswer | undefined;
  /** Nothing but the recovery codes that were made just now. */
  codesOnly?: boolean;
}

/** One's own second factor: what there is of it, how one is set up, and how it ends. */
export function SecondFactor({ state, email, answer, codesOnly = false }: Props) {
  const { problem, codes, said } = answer ?? {};
  const next = useRef<HTMLDivElement>(null);
  const errorOf = (path: string) => problem?.errors.find((error) => error.path === path)?.message;
  return (
    <Stack gap="md">
      <Answers answer={answer} next={next}>
        {problem && problem.errors.length === 0 && <ProblemAlert title="That did not work">{problem.detail}</ProblemAlert>}
        {said && !codes && <ProblemAlert kind="success" title={said} />}
        {codes && <RecoveryCodes codes={codes} title={said ?? 'New recovery codes'} />}
      </Answers>
      <div ref={next} tabIndex={-1} className="answers" hidden={codesOnly}>
        {codesOnly ? null : state.begun ? (
          <SetUp begun={state.begun} replaces={state.set_up_at !== null} error={errorOf('code')} />
        ) : state.set_up_at !== null ? (
          <Paper p="md" maw={560}>
            <Text>
              Each sign-in asks for a code, <RelativeTime at={state.set_up_at} prefix="set up" />.{' '}
              {state.codes_left === 0
                ? 'No recovery code is left.'
                : state.codes_left === 1
                  ? 'One recovery code is left.'
                  : `${state.codes_left} recovery codes are left.`}
            </Text>
            <PasswordForm email={email} error={errorOf('former')}>
              <Act intent="codes" label="New recovery codes" />
              <Act intent="begin" label="Use another phone" />
              {!state.required && <Act intent="remove" label="Turn it off" />}
            </PasswordForm>
            {state.required && (
              <Text size="sm" c="dimmed" mt="sm">
                Your role asks for a second factor, so it cannot be turned off.
              </Text>
            )}
          </Paper>
        ) : state.has_password ? (
          <Paper p="md" maw={560}>
            <Text>
              You need an app that makes codes, such as Google Authenticator, Microsoft Authenticator, 2FAS, Aegis, or a password manager.
            </Text>
            <PasswordForm email={email} error={errorOf('former')} asked={state.asks_password}>
              <Act intent="begin" label="Set it up" main />
            </PasswordForm>
          </Paper>
        ) : (
          <Text>You sign in without a password of Rollcall, so there is nothing to add a code to.</Text>
        )}
      </div>
    </Stack>
  );
}

function SetUp({
  begun,
  replaces,
  error,
}: {
  begun: NonNullable<SecondFactorState['begun']>;
  replaces: boolean;
  error: string | undefined;
}) {
  const { qr, secret } = begun;
  return (
    <Paper p="md" maw={560}>
      <ol className={classes.steps}>
        <li className={classes.step}>
          <strong>1. Let the app scan this</strong>
          <svg
            className={classes.qr}
            viewBox={`0 0 ${qr.size} ${qr.size}`}
            role="img"
            aria-label="QR code for the app"
            shapeRendering="crispEdges"
          >
            <rect width={qr.size} height={qr.size} fill="#fff" />
            <path d={qr.path} fill="#000" />
          </svg>
          <Text size="sm">
            Or type this key into it: <span className={classes.secret}>{groupedSecret(secret)}</span>
          </Text>
        </li>
        <li className={classes.step}>
          <strong>2. Enter the code that it shows</strong>
          <Form method="post" noValidate replace preventScrollReset>
            <Stack gap="sm" align="flex-start">
              <TextInput
                name="code"
                aria-label="Code"
                description="Six digits; the app shows others every half minute."
                error={error}
                inputMode="numeric"
                autoComplete="one-time-code"
                maxLength={20}
                w={280}
                maw="100%"
              />
              <Group gap="xs">
                <Act intent="confirm" label="Confirm" main />
                <Act intent="cancel" label="Cancel" />
              </Group>
            </Stack>
          </Form>
          {replaces && (
            <Text size="sm" c="dimmed" mt="sm">
              Until then the phone of before goes on.
            </Text>
          )}
        </li>
      </ol>
    </Paper>
  );
}

interface PasswordProps {
  email: string | null;
  error: string | undefined;
  asked?: boolean;
  children: ReactNode;
}

/** Acts for which an unlocked screen is not enough. */
function PasswordForm({ email, error, asked = true, children }: PasswordProps) {
  return (
    <Form method="post" noValidate replace preventScrollReset>
      {email && <input type="text" name="username" autoComplete="username" value={email} readOnly hidden />}
      <Stack gap="md" mt="md" align="flex-start">
        {asked && (
          <PasswordInput
            name="former"
            label="Your password"
            error={error}
            autoComplete="current-password"
            w="100%"
            maw={360}
            visibilityToggleButtonProps={{ 'aria-label': 'Show or hide the password' }}
          />
        )}
        <Group gap="xs">{children}</Group>
      </Stack>
    </Form>
  );
}

function Act({ intent, label, main = false }: { intent: string; label: string; main?: boolean }) {
  const { formData } = useNavigation();
  return (
    <Button type="submit" name="intent" value={intent} {...(!main && { variant: 'default' })} loading={formData?.get('intent') === intent}>
      {label}
    </Button>
  );
}
