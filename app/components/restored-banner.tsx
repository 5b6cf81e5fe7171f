import { Button } from '@mantine/core';
import { Link, useLocation } from '@remix-run/react';
import { may, type Viewer } from '#app/domain/access/roles.ts';
import { ProblemAlert } from './problem-alert.tsx';

/** On every page, until an administrator says that sending may go on. */
export function RestoredBanner({ viewer }: { viewer: Viewer }) {
  const { pathname } = useLocation();
  if (pathname === '/restored') return null;
  const decides = may(viewer, 'settings:write');
  return (
    <div style={{ marginBottom: 20 }}>
      <ProblemAlert
        kind="warning"
        title="The database was put back from a backup, and nothing is sent"
        actions={
          <Button component={Link} to="/restored" variant="default" size="compact-sm">
            {decides ? 'See what is open and decide' : 'See what is open'}
          </Button>
        }
      >
        What was sent after the backup was made is not known here. {decides ? 'You decide' : 'An administrator decides'} when sending goes
        on.
      </ProblemAlert>
    </div>
  );
}
