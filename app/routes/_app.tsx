import type { LoaderFunctionArgs } from '@remix-run/node';
import { Outlet, useLoaderData, useRouteLoaderData } from '@remix-run/react';
import { AppFrame } from '#app/components/app-frame.tsx';
import { ErrorPage } from '#app/components/error-page.tsx';
import { Logo } from '#app/components/logo.tsx';
import { requireUser } from '#app/domain/access/require.server.ts';
import { countUnread } from '#app/domain/alerts/notifications.server.ts';

export async function loader({ context, request }: LoaderFunctionArgs) {
  const viewer = await requireUser(context, request);
  return { viewer, unread: await countUnread(context.db, viewer), sandbox: context.env.sandbox === '1' };
}

export default function SignedIn() {
  const { viewer, unread, sandbox } = useLoaderData<typeof loader>();
  return (
    <AppFrame viewer={viewer} unread={unread} sandbox={sandbox}>
      <Outlet />
    </AppFrame>
  );
}

/** A page below failed: the navigation stays, unless it was the layout itself that could not be made. */
export function ErrorBoundary() {
  const data = useRouteLoaderData<typeof loader>('routes/_app');
  if (data) {
    return (
      <AppFrame viewer={data.viewer} unread={data.unread} sandbox={data.sandbox}>
        <ErrorPage />
      </AppFrame>
    );
  }
  return (
    <main>
      <div style={{ padding: '20px 24px' }}>
        <Logo />
      </div>
      <ErrorPage />
    </main>
  );
}
