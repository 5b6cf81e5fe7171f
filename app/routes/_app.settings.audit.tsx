import { Button, Group, Text } from '@mantine/core';
import type { LoaderFunctionArgs, MetaFunction } from '@remix-run/node';
import { Link, useLoaderData, useNavigation, useSearchParams } from '@remix-run/react';
import { IconDownload, IconHistory, IconSearchOff } from '@tabler/icons-react';
import classes from '#app/components/audit/audit.module.css';
import { AuditFilters } from '#app/components/audit/audit-filters.tsx';
import { AuditRow } from '#app/components/audit/audit-row.tsx';
import campaigns from '#app/components/campaigns/campaign-list.module.css';
import { EmptyState } from '#app/components/empty-state.tsx';
import { ProblemAlert } from '#app/components/problem-alert.tsx';
import { readReader } from '#app/components/reader.ts';
import { SectionHead } from '#app/components/settings/section-head.tsx';
import settings from '#app/components/settings/settings.module.css';
import { auditFilter, auditView } from '#app/domain/audit/audit-entry.ts';
import { listAudit } from '#app/domain/audit/list-audit.server.ts';
import { isProblem } from '#app/domain/problem.ts';
import { assertMay, requireUser } from '#app/http/require.server.ts';

const PER_PAGE = 50;

export const meta: MetaFunction = () => [{ title: 'Audit log · Rollcall' }];

export async function loader({ context, request }: LoaderFunctionArgs) {
  assertMay(await requireUser(context, request), 'audit:read');
  const params = new URL(request.url).searchParams;
  const { timeZone } = readReader(request.headers, 0);
  const view = auditView(params);
  const asked = Object.fromEntries(Object.entries(view).filter(([, value]) => value !== ''));
  const cursor = params.get('cursor') || undefined;
  const days = context.env.auditKeepDays;
  const exported = new URLSearchParams({ ...asked, ...((asked.from || asked.to) && { time_zone: timeZone }) }).toString();
  // A link with words that are none of ours tells so beside the form.
  const known = auditFilter.safeParse(asked);
  const nothing = { rows: [], next: null, view, later: false, days, exported, filtered: true };
  if (!known.success) return { ...nothing, problem: known.error.issues[0]?.message ?? 'This cannot be searched for.' };
  try {
    const page = await listAudit(context.db, { ...known.data, time_zone: timeZone, cursor, limit: PER_PAGE });
    const filtered = Object.keys(asked).length > 0;
    return { ...nothing, rows: page.data, next: page.next_cursor, later: cursor !== undefined, filtered, problem: null };
  } catch (error) {
    if (!isProblem(error) || error.status !== 422) throw error;
    return { ...nothing, problem: error.message };
  }
}

export default function AuditLog() {
  const { rows, next, view, later, days, exported, filtered, problem } = useLoaderData<typeof loader>();
  const [params] = useSearchParams();
  const { state, location } = useNavigation();
  const filtering = state === 'loading' && location.pathname === '/settings/audit';
  const pageLink = (cursor: string | null) => {
    const search = new URLSearchParams(params);
    if (cursor) search.set('cursor', cursor);
    else search.delete('cursor');
    return `/settings/audit?${search}`;
  };
  return (
    <>
      <SectionHead
        title="Audit log"
        actions={
          <Group gap="xs">
            <ExportButton href={`/api/v1/audit.csv?${exported}${exported && '&'}delimiter=auto`}>CSV</ExportButton>
            <ExportButton href={`/api/v1/audit.ndjson?${exported}`}>JSON lines</ExportButton>
          </Group>
        }
      >
        Who did what, from where, and what was refused. Nobody can change it unseen: <code>npm run audit-verify</code> checks every row.{' '}
        {days === 0 ? 'It is kept for ever.' : `It is kept for ${days} days.`}
      </SectionHead>
      <AuditFilters view={view} />
      {problem && <ProblemAlert title="This cannot be searched for">{problem}</ProblemAlert>}
      {rows.length > 0 ? (
        <ul className={`${settings.list} ${filtering ? classes.busy : ''}`} aria-label="Audit log" aria-busy={filtering}>
          {rows.map((row) => (
            <AuditRow key={row.seq} row={row} />
          ))}
        </ul>
      ) : problem ? null : filtered || later ? (
        <EmptyState icon={IconSearchOff} title="Nothing like this in the log">
          Take a part of the search away, or choose other days.
        </EmptyState>
      ) : (
        <EmptyState icon={IconHistory} title="Nothing has happened yet">
          Sign-ins, changes of campaigns, people and settings, exports, and whatever is refused appear here.
        </EmptyState>
      )}
      {(next || later) && (
        <nav className={campaigns.pages} aria-label="Pages">
          {later ? (
            <Button component={Link} to={pageLink(null)} variant="default">
              First page
            </Button>
          ) : (
            <Text span size="sm" c="dimmed">
              Newest first
            </Text>
          )}
          {next && (
            <Button component={Link} to={pageLink(next)} variant="default">
              Next page
            </Button>
          )}
        </nav>
      )}
    </>
  );
}

function ExportButton({ href, children }: { href: string; children: string }) {
  return (
    <Button component="a" href={href} download variant="default" leftSection={<IconDownload size={16} aria-hidden />}>
      {children}
    </Button>
  );
}
