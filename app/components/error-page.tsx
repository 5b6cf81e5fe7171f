import { Button, Code, Group, Stack, Text, Title } from '@mantine/core';
import { isRouteErrorResponse, Link, useRevalidator, useRouteError } from '@remix-run/react';
import { IconCloudOff, IconLock, IconMapPinOff } from '@tabler/icons-react';
import { useEffect } from 'react';
import classes from './empty-state.module.css';

const TRY_AGAIN_MS = 5_000;

interface Words {
  title: string;
  why: string;
  icon: typeof IconLock;
}

function wordsFor(status: number, told: string | undefined): Words {
  if (status === 404) {
    return {
      title: 'There is nothing here',
      why: told ?? 'The address may be mistyped, or what it showed was deleted.',
      icon: IconMapPinOff,
    };
  }
  if (status === 401 || status === 403) {
    return {
      title: 'You may not see this',
      why: told ?? 'Your role does not include it. An administrator can change that.',
      icon: IconLock,
    };
  }
  if (status < 500)
    return { title: 'That did not work', why: told ?? 'The request was not understood. Go back and try again.', icon: IconCloudOff };
  return {
    title: 'This page could not be made',
    why:
      told ?? 'Something went wrong on our side. Sending is not affected. Try again; if it stays, tell an administrator when it happened.',
    icon: IconCloudOff,
  };
}

/** The router's own answers, such as to a URL without a route, are worded for developers. */
function isOurs(error: object): boolean {
  return !('internal' in error && error.internal === true);
}

/** What a thrown Response says to people: its text, or the `detail` of problem+json. */
function sentenceOf(data: unknown): string | undefined {
  // Remix reads only application/json as an object.
  if (typeof data === 'string' && data.startsWith('{')) return sentenceOf(parsed(data));
  if (typeof data === 'string' && data !== '' && data.length < 400) return data;
  if (data && typeof data === 'object' && 'detail' in data && typeof data.detail === 'string') return data.detail;
  return undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const unreachable: Words = {
  title: 'Rollcall cannot be reached',
  why: 'This browser has no connection to it. Sending is not affected. The page opens by itself as soon as the connection is back.',
  icon: IconCloudOff,
};

const strange: Words = {
  title: 'The page did not come',
  why: 'Something between this browser and Rollcall answered in its place, or your network asked for too much within a few seconds. Sending is not affected. The page opens by itself in a moment.',
  icon: IconCloudOff,
};

/** The whole of an error boundary: what happened, why, what to do. Works without scripts. */
export function ErrorPage() {
  const error = useRouteError();
  const { revalidate, state } = useRevalidator();
  const status = isRouteErrorResponse(error) ? error.status : 500;
  // What a browser throws where a request found nobody; the words differ from browser to browser, the type does not.
  const lost = error instanceof TypeError && /fetch|network|load failed/i.test(error.message);
  // What Remix throws where the answer to its request was not one of its own: of a proxy, or of limit-address.server.ts.
  const foreign = error instanceof Error && /turbo-stream/.test(error.message);
  useEffect(() => {
    if (!lost && !foreign && status !== 503) return;
    const timer = setInterval(revalidate, TRY_AGAIN_MS);
    window.addEventListener('online', revalidate);
    return () => {
      clearInterval(timer);
      window.removeEventListener('online', revalidate);
    };
  }, [lost, foreign, status, revalidate]);
  const {
    title,
    why,
    icon: Icon,
  } = lost
    ? unreachable
    : foreign
      ? strange
      : wordsFor(status, isRouteErrorResponse(error) && isOurs(error) ? sentenceOf(error.data) : undefined);
  return (
    <Stack className={classes.root} align="center" gap="xs" role="alert">
      <span className={classes.icon}>
        <Icon size={22} stroke={1.6} aria-hidden />
      </span>
      <Title order={1}>{title}</Title>
      <Text c="dimmed" maw={460} ta="center">
        {why}
      </Text>
      <Group mt="sm" gap="xs">
        <Button component={Link} to="/" variant={status >= 500 ? 'default' : 'filled'}>
          Go to campaigns
        </Button>
        {status >= 500 && (
          <Button onClick={() => revalidate()} loading={state === 'loading'}>
            Try again
          </Button>
        )}
      </Group>
      {!lost && !foreign && (
        <Code mt="md" bg="transparent" c="dimmed">
          {status}
        </Code>
      )}
    </Stack>
  );
}
