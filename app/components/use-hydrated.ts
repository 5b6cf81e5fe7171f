import { useSyncExternalStore } from 'react';

const never = () => () => {};

/** False on the server and for the browser's first rendering, so that both are the same; true from then on. */
export function useHydrated(): boolean {
  return useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
}
