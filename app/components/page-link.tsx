import { Link, type LinkProps } from '@remix-run/react';
import { forwardRef, useSyncExternalStore } from 'react';

function subscribe(changed: () => void): () => void {
  window.addEventListener('online', changed);
  window.addEventListener('offline', changed);
  return () => {
    window.removeEventListener('online', changed);
    window.removeEventListener('offline', changed);
  };
}

const isOnline = () => navigator.onLine;
const onServer = () => true;

/**
 * A link that fetches its page when it is pointed at. Not without a connection: the router answers a part that cannot be fetched by loading the
 * whole document again, and a page that was open, with what somebody wrote in it, would become the browser's error.
 */
export const PageLink = forwardRef<HTMLAnchorElement, Omit<LinkProps, 'prefetch'>>(function PageLink(props, ref) {
  const online = useSyncExternalStore(subscribe, isOnline, onServer);
  return <Link ref={ref} {...props} prefetch={online ? 'intent' : 'none'} />;
});
