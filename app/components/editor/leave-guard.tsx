import { Button, Group, Modal, Text } from '@mantine/core';
import { type Location, useBlocker, useNavigate, useNavigation } from '@remix-run/react';
import { useEffect, useRef, useState } from 'react';
import { serverAnswers } from './reach.ts';
import type { Autosave } from './use-autosave.ts';

const asked = {
  offline: {
    title: 'No connection',
    text: 'The page that you asked for cannot be opened now. Stay here: what you write is kept, and saved when the connection is back.',
  },
  unsaved: {
    title: 'Leave without saving?',
    text: 'Not everything is saved. What is not is kept in this browser and offered to you when you open the draft again.',
  },
  uploading: {
    title: 'Stop the upload?',
    text: 'The contact list is still on its way. If you leave now, nothing of it is imported.',
  },
};

/**
 * Asks before the editor is left for another page of ours: unsaved text is saved first, and where that or the next page cannot be had, the
 * person stays here unless they insist. So it is with a file that is on its way: it would be lost. Who has just sent the draft goes on
 * without that: all of it is saved.
 */
export function LeaveGuard({ autosave: { flush, known, gone }, uploading }: { autosave: Autosave; uploading: boolean }) {
  const closed = gone || known.status !== 'DRAFT';
  const passing = useRef(false);
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) =>
      !passing.current && currentLocation.pathname !== nextLocation.pathname && nextLocation.state?.sent !== true,
  );
  const navigate = useNavigate();
  const navigation = useNavigation();
  const [wanted, setWanted] = useState<Location | null>(null);
  const [why, setWhy] = useState<'offline' | 'unsaved' | 'uploading' | null>(null);
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

  // biome-ignore lint/correctness/useExhaustiveDependencies: asked once for each page that somebody goes to, and again when the file has arrived
  useEffect(() => {
    setWhy(null);
    if (wanted === null) return;
    let over = false;
    void (async () => {
      const [reached, saved] = await Promise.all([serverAnswers(), closed ? true : flush()]);
      if (over) return;
      if (reached && saved && !uploading) go(wanted);
      else setWhy(!reached ? 'offline' : saved ? 'uploading' : 'unsaved');
    })();
    return () => {
      over = true;
    };
  }, [wanted, uploading]);

  return (
    <Modal
      opened={wanted !== null && why !== null}
      onClose={stay}
      title={why === null ? '' : asked[why].title}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Text size="sm">{why !== null && asked[why].text}</Text>
      <Group justify="flex-end" mt="md" gap="xs">
        {why !== null && why !== 'offline' && (
          <Button variant="default" onClick={() => wanted && go(wanted)}>
            {why === 'uploading' ? 'Leave, and stop it' : 'Leave'}
          </Button>
        )}
        <Button onClick={stay} data-autofocus>
          Stay here
        </Button>
      </Group>
    </Modal>
  );
}
