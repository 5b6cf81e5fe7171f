import { Stack, type StackProps } from '@mantine/core';
import { useNavigation } from '@remix-run/react';
import { type RefObject, useEffect, useRef } from 'react';

interface Props extends Pick<StackProps, 'mb'> {
  /** What came of the last act, another object each time; what the page itself has to say is none. */
  answer: object | null | undefined;
  /** What there is to do now, where the answer says nothing itself. */
  next?: RefObject<HTMLElement | null>;
  children: React.ReactNode;
}

/**
 * Where a page tells what came of a form. It is read out and comes into view; the focus goes to the first field that is wrong, and to the answer where
 * the button that was pressed is gone.
 */
export function Answers({ answer, next, children, ...space }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const told = useRef<object | null>(null);
  const { state } = useNavigation();
  useEffect(() => {
    if (!answer) return;
    const again = told.current === answer;
    const lost = document.activeElement === null || document.activeElement === document.body;
    // Once more when the page shows what the act has changed: what had the focus may have gone by that.
    if (again && !(lost && state === 'idle')) return;
    told.current = answer;
    if (box.current?.firstElementChild) {
      box.current.scrollIntoView({ block: 'nearest' });
      if (lost) box.current.focus({ preventScroll: true });
      return;
    }
    const wrong = wrongField();
    if (wrong) wrong.focus();
    else if (lost) next?.current?.focus();
  }, [answer, next, state]);
  return (
    <Stack ref={box} gap="sm" aria-live="polite" tabIndex={-1} className="answers" {...space}>
      {children}
    </Stack>
  );
}

/** Of a group of checkboxes it is the first. */
function wrongField(): HTMLElement | null {
  const words = document.querySelector('.mantine-InputWrapper-error');
  return words?.closest('.mantine-InputWrapper-root')?.querySelector<HTMLElement>('input, select, textarea') ?? null;
}
