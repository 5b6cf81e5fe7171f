import { useRevalidator } from '@remix-run/react';
import { useEffect, useRef } from 'react';
import type { Person } from '#app/domain/people/person.ts';

const LOOK_AGAIN_MS = 2_000;
/** What takes longer is followed on the campaign's own page. */
const LOOKS = 30;

/** Reads the page again while a message of somebody on it is on its way, so that what was sent again is seen to arrive. */
export function useFollow(people: readonly Person[]): void {
  const { revalidate, state } = useRevalidator();
  const looks = useRef(0);
  const underWay = people.some(({ messages }) =>
    messages.some(({ recipient: { status } }) => status === 'queued' || status === 'sending' || status === 'retrying'),
  );
  useEffect(() => {
    if (!underWay) looks.current = 0;
    if (!underWay || state !== 'idle' || looks.current >= LOOKS) return;
    const timer = setTimeout(() => {
      looks.current++;
      if (document.visibilityState === 'visible') revalidate();
    }, LOOK_AGAIN_MS);
    return () => clearTimeout(timer);
  }, [underWay, state, revalidate]);
}
