import { Button } from '@mantine/core';
import type { LoaderFunctionArgs, MetaFunction } from '@remix-run/node';
import { Link, useLoaderData } from '@remix-run/react';
import { IconPlus, IconWebhook } from '@tabler/icons-react';
import { EmptyState } from '#app/components/empty-state.tsx';
import { PageLink } from '#app/components/page-link.tsx';
import { RelativeTime } from '#app/components/relative-time.tsx';
import { EndpointState } from '#app/components/settings/endpoint-state.tsx';
import { SectionHead } from '#app/components/settings/section-head.tsx';
import classes from '#app/components/settings/settings.module.css';
import { eventTexts } from '#app/domain/alerts/alert.ts';
import { listEndpoints } from '#app/domain/alerts/endpoints.server.ts';
import { assertMay, requireUser } from '#app/http/require.server.ts';

export const meta: MetaFunction = () => [{ title: 'Webhooks · Rollcall' }];

export async function loader({ context, request }: LoaderFunctionArgs) {
  assertMay(await requireUser(context, request), 'settings:write');
  return { endpoints: await listEndpoints(context.db) };
}

export default function Webhooks() {
  const { endpoints } = useLoaderData<typeof loader>();
  const add = (
    <Button component={Link} to="/settings/webhooks/new" leftSection={<IconPlus size={16} aria-hidden />}>
      Add an endpoint
    </Button>
  );
  if (endpoints.length === 0) {
    return (
      <EmptyState icon={IconWebhook} title="No webhooks yet" actions={add}>
        A webhook tells a chat channel, a pager or a program of yours when a campaign fails, ends with people not reached, or has no retries
        left. Notifications in Rollcall come without one.
      </EmptyState>
    );
  }
  return (
    <>
      <SectionHead title="Webhooks" actions={add}>
        Each endpoint is told of the events that it asks for, signed, and tried again for hours where it does not answer.
      </SectionHead>
      <ul className={classes.list} aria-label="Webhook endpoints">
        {endpoints.map((endpoint) => (
          <li key={endpoint.id} className={classes.row} data-quiet={endpoint.disabled_at ? true : undefined}>
            <div className={classes.rowWords}>
              <PageLink to={`/settings/webhooks/${endpoint.id}`} className={classes.title}>
                {endpoint.url}
              </PageLink>
              <span className={classes.detail}>{endpoint.events.map((event) => eventTexts[event].label).join(' · ')}</span>
              {(endpoint.disabled_reason || endpoint.failing_since) && (
                <span className={classes.detail}>
                  {endpoint.disabled_reason ??
                    (endpoint.failing_since && <RelativeTime at={endpoint.failing_since} prefix="Failing since" />)}
                </span>
              )}
            </div>
            <div className={classes.rowEnd}>
              <EndpointState endpoint={endpoint} />
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}
