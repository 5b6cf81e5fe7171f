import { Button, Group, Modal, Text } from '@mantine/core';
import { useBlocker } from '@remix-run/react';
import { useEffect, useState } from 'react';
import { serverAnswers } from './reach.ts';
import type { Autosave } from './use-autosave.ts';

/**
 * Asks before the editor is left for another page of ours: unsaved text is saved first, and where that or the next page cannot be had, the
 * person stays here unless they insist. Who has just sent the draft goes on without that: all of it is saved, and news of the sending, which load
 * the editor again, would take the question back together with the way on.
 */
export function LeaveGuard({ autosave: { flush, known, gone } }: { autosave: Autosave }) {
  const closed = gone || known.status !== 'DRAFT';
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) => currentLocation.pathname !== nextLocation.pathname && nextLocation.state?.sent !== true,
  );
  const [why, setWhy] = useState<'offline' | 'unsaved' | null>(null);
  const { state, proceed, reset } = blocker;

  // biome-ignore lint/correctness/useExhaustiveDependencies: asked once for each page that somebody goes to
  useEffect(() => {
    if (state !== 'blocked') return setWhy(null);
    let over = false;
    void (async () => {
      const [reached, saved] = await Promise.all([serverAnswers(), closed ? true : flush()]);
      if (over) return;
      if (reached && saved) proceed?.();
      else setWhy(reached ? 'unsaved' : 'offline');
    })();
    return () => {
      over = true;
    };
  }, [state]);

  return (
    <Modal
      opened={state === 'blocked' && why !== null}
      onClose={() => reset?.()}
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
          <Button variant="default" onClick={() => proceed?.()}>
            Leave
          </Button>
        )}
        <Button onClick={() => reset?.()} data-autofocus>
          Stay here
        </Button>
      </Group>
    </Modal>
  );
}
