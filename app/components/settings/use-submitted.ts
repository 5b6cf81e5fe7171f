import { useNavigation } from '@remix-run/react';
import { useEffect, useRef } from 'react';

/** Calls once what was submitted is answered. The page may never be drawn in the state "loading": a quick answer comes with what it has changed. */
export function useSubmitted(answered: () => void): void {
  const { state } = useNavigation();
  const before = useRef(state);
  useEffect(() => {
    if (before.current === 'submitting' && state !== 'submitting') answered();
    before.current = state;
  }, [state, answered]);
}
