import { useLocation } from '@remix-run/react';
import { IconLock, IconWifiOff } from '@tabler/icons-react';
import { useRefused } from '#app/realtime/socket-client.ts';
import classes from './connection-notice.module.css';
import { useOffline } from './use-offline.ts';

/** Quiet, at the foot of every page: there is no network, or this browser is not signed in any more, and what follows from it. */
export function ConnectionNotice() {
  const { offline, held } = useOffline();
  const refused = useRefused();
  const { pathname, search } = useLocation();
  if (!offline && !refused) return null;
  return (
    <div className={classes.root} role="status" data-refused={(!offline && refused) || undefined}>
      {offline ? <IconWifiOff size={16} stroke={1.8} aria-hidden /> : <IconLock size={16} stroke={1.8} aria-hidden />}
      {offline ? (
        <span>
          You are offline. Sending goes on without you.{' '}
          {held?.kind === 'page' && 'The page that you asked for opens when the network is back.'}
          {held?.kind === 'form' && 'Nothing was changed: press it again when the network is back.'}
        </span>
      ) : (
        <span>
          You are signed out, so nothing here is live any more.{' '}
          <a href={`/login?next=${encodeURIComponent(pathname + search)}`}>Sign in again</a>
        </span>
      )}
    </div>
  );
}
