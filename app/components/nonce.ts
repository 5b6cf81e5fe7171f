import { createContext, useContext, useEffect } from 'react';

/** The nonce of this response's Content-Security-Policy; undefined in the browser. */
export const NonceContext = createContext<string | undefined>(undefined);

// Browsers hide the nonce attribute from scripts of the page but keep the property.
const pageNonce = typeof document === 'undefined' ? undefined : document.querySelector<HTMLScriptElement>('script[nonce]')?.nonce;

let hydrated = false;

export function useNonce(): string | undefined {
  useEffect(() => {
    hydrated = true;
  }, []);
  return useContext(NonceContext);
}

/** For styles that Mantine adds later. Before hydration ends, React compares attributes and must see what the server wrote. */
export function styleNonce(serverNonce: string | undefined): string {
  return serverNonce ?? (import.meta.env.DEV && !hydrated ? '' : pageNonce) ?? '';
}
