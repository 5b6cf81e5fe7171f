import type { LoaderFunctionArgs } from '@remix-run/node';
import { Outlet, useLoaderData, useRouteLoaderData } from '@remix-run/react';
import { ErrorPage } from '#app/components/error-page.tsx';
import { AppFrame } from '#app/components/frame/app-frame.tsx';
import { Logo } from '#app/components/logo.tsx';
import { RestoredBanner } from '#app/components/restored-banner.tsx';
import { countUnread } from '#app/domain/alerts/notifications.server.ts';
import { restoredState } from '#app/domain/restored/restored.server.ts';
import { requireUser } from '#app/http/require.server.ts';

export async function loader({ context, request }: LoaderFunctionArgs) {
  const viewer = await requireUser(context, request);
  const [unread, restored] = await Promise.all([countUnread(context.db, viewer), restoredState(context.db)]);
  return { viewer, unread, restored: restored !== null, sandbox: context.env.sandbox === '1' };
}

export default function SignedIn() {
  const { viewer, unread, restored, sandbox } = useLoaderData<typeof loader>();
  return (
    <AppFrame viewer={viewer} unread={unread} sandbox={sandbox}>
      {restored && <RestoredBanner viewer={viewer} />}
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
