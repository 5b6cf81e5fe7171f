import { Anchor, List, Text } from '@mantine/core';
import type { LoaderFunctionArgs, MetaFunction } from '@remix-run/node';
import { isRouteErrorResponse, Outlet, useRouteError, useRouteLoaderData } from '@remix-run/react';
import { IconLock } from '@tabler/icons-react';
import { EmptyState } from '#app/components/empty-state.tsx';
import { ErrorPage } from '#app/components/error-page.tsx';
import { PageHeader } from '#app/components/page-header.tsx';
import { SettingsNav } from '#app/components/settings/settings-nav.tsx';
import { listAdministrators } from '#app/domain/access/people.server.ts';
import { may } from '#app/domain/access/roles.ts';
import { requireUser } from '#app/http/require.server.ts';

export const meta: MetaFunction = () => [{ title: 'Settings · Rollcall' }];

/** Everybody gets here; whoever may change nothing learns whom to ask. The pages below are for administrators. */
export async function loader({ context, request }: LoaderFunctionArgs) {
  const allowed = may(await requireUser(context, request), 'settings:write');
  return { allowed, administrators: allowed ? [] : await listAdministrators(context.db) };
}

export default function Settings() {
  return (
    <>
      <PageHeader title="Settings" />
      <SettingsNav />
      <Outlet />
    </>
  );
}

function WhoCan({ administrators }: { administrators: { name: string; email: string }[] }) {
  return (
    <>
      <PageHeader title="Settings" />
      <EmptyState icon={IconLock} title="Settings are for administrators">
        <Text>Webhooks, API keys, people and providers are looked after by:</Text>
        <List listStyleType="none" mt="sm">
          {administrators.map(({ name, email }) => (
            <List.Item key={email}>
              <span className="name">{name}</span>,{' '}
              <Anchor underline="always" href={`mailto:${email}`}>
                {email}
              </Anchor>
            </List.Item>
          ))}
        </List>
      </EmptyState>
    </>
  );
}

/** A page below refused or failed; the way around in the settings stays. */
export function ErrorBoundary() {
  const data = useRouteLoaderData<typeof loader>('routes/_app.settings');
  const error = useRouteError();
  if (data && !data.allowed && isRouteErrorResponse(error) && error.status === 403) return <WhoCan administrators={data.administrators} />;
  if (!data?.allowed) return <ErrorPage />;
  return (
    <>
      <PageHeader title="Settings" />
      <SettingsNav />
      <ErrorPage />
    </>
  );
}
