import { Button, Group, Modal, Text } from '@mantine/core';
import { type Location, useBlocker, useNavigate, useNavigation } from '@remix-run/react';
import { useEffect, useRef, useState } from 'react';
import { serverAnswers } from './reach.ts';
import type { Autosave } from './use-autosave.ts';

/**
 * Asks before the editor is left for another page of ours: unsaved text is saved first, and where that or the next page cannot be had, the
 * person stays here unless they insist. Who has just sent the draft goes on without that: all of it is saved.
 */
export function LeaveGuard({ autosave: { flush, known, gone } }: { autosave: Autosave }) {
  const closed = gone || known.status !== 'DRAFT';
  const passing = useRef(false);
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) =>
      !passing.current && currentLocation.pathname !== nextLocation.pathname && nextLocation.state?.sent !== true,
  );
  const navigate = useNavigate();
  const navigation = useNavigation();
  const [wanted, setWanted] = useState<Location | null>(null);
  const [why, setWhy] = useState<'offline' | 'unsaved' | null>(null);
  const latest = useRef(blocker);
  latest.current = blocker;

  // Kept here too: the router forgets what it has blocked whenever the page's data are read anew, and a click would be lost.
  useEffect(() => {
    if (blocker.state === 'blocked') setWanted(blocker.location);
  }, [blocker]);
  useEffect(() => {
    if (navigation.state === 'idle') passing.current = false;
  }, [navigation.state]);

  const go = (to: Location) => {
    setWanted(null);
    passing.current = true;
    if (latest.current.state === 'blocked') latest.current.proceed();
    else navigate(to, { state: to.state, replace: true });
  };
  const stay = () => {
    setWanted(null);
    if (latest.current.state === 'blocked') latest.current.reset();
  };

  // biome-ignore lint/correctness/useExhaustiveDependencies: asked once for each page that somebody goes to
  useEffect(() => {
    setWhy(null);
    if (wanted === null) return;
    let over = false;
    void (async () => {
      const [reached, saved] = await Promise.all([serverAnswers(), closed ? true : flush()]);
      if (over) return;
      if (reached && saved) go(wanted);
      else setWhy(reached ? 'unsaved' : 'offline');
    })();
    return () => {
      over = true;
    };
  }, [wanted]);

  return (
    <Modal
      opened={wanted !== null && why !== null}
      onClose={stay}
      title={why === 'offline' ? 'No connection' : 'Leave without saving?'}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Text size="sm">
        {why === 'offline'
          ? 'The page that you asked for cannot be opened now. Stay here: what you write is kept, and saved when the connection is back.'
          : 'Not everything is saved. What is not is kept in this browser and offered to you when you open the draft again.'}
      </Text>
      <Group justify="flex-end" mt="md" gap="xs">
        {why === 'unsaved' && (
          <Button variant="default" onClick={() => wanted && go(wanted)}>
            Leave
          </Button>
        )}
        <Button onClick={stay} data-autofocus>
          Stay here
        </Button>
      </Group>
    </Modal>
  );
}
