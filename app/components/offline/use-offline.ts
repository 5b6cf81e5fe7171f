import { useNavigate } from '@remix-run/react';
import { useEffect, useState, useSyncExternalStore } from 'react';

/** What somebody wanted while there was no network: a page, which opens by itself later, or a form, which does not. */
export type Held = { kind: 'page'; to: string } | { kind: 'form' } | null;

function subscribe(tell: () => void): () => void {
  window.addEventListener('online', tell);
  window.addEventListener('offline', tell);
  return () => {
    window.removeEventListener('online', tell);
    window.removeEventListener('offline', tell);
  };
}

/**
 * Is the browser without a network? While it is, links and forms of the application do nothing but be remembered: following them would
 * replace what is on screen by an error. A page that was asked for opens when the network is back.
 */
export function useOffline(): { offline: boolean; held: Held } {
  const offline = useSyncExternalStore(
    subscribe,
    () => !navigator.onLine,
    () => false,
  );
  const [held, setHeld] = useState<Held>(null);
  const navigate = useNavigate();

  useEffect(() => {
    if (!offline) return;
    const onClick = (event: MouseEvent) => {
      const link = event.target instanceof Element ? event.target.closest('a[href]') : null;
      if (!(link instanceof HTMLAnchorElement) || link.origin !== location.origin || link.getAttribute('href')?.startsWith('#')) return;
      event.preventDefault();
      const opensHere = event.button === 0 && !event.metaKey && !event.ctrlKey && !link.target && !link.pathname.startsWith('/api/');
      setHeld(opensHere ? { kind: 'page', to: link.pathname + link.search + link.hash } : null);
    };
    const onSubmit = (event: SubmitEvent) => {
      event.preventDefault();
      event.stopPropagation();
      setHeld({ kind: 'form' });
    };
    document.addEventListener('click', onClick, true);
    document.addEventListener('submit', onSubmit, true);
    return () => {
      document.removeEventListener('click', onClick, true);
      document.removeEventListener('submit', onSubmit, true);
    };
  }, [offline]);

  useEffect(() => {
    if (offline || !held) return;
    setHeld(null);
    if (held.kind === 'page') navigate(held.to);
  }, [offline, held, navigate]);

  return { offline, held };
}
