import { Loader, Text } from '@mantine/core';
import { useRevalidator } from '@remix-run/react';
import { useEffect } from 'react';
import { useNumbers } from '../number.tsx';
import classes from './contacts.module.css';

const LOOK_EVERY_MS = 1_000;

/** The list of a clone while it arrives; looks again every second until it is complete. */
export function CopyingRecipients({ copied }: { copied: number }) {
  const { counted } = useNumbers();
  const { state, revalidate } = useRevalidator();
  useEffect(() => {
    if (state !== 'idle') return;
    const timer = setTimeout(revalidate, LOOK_EVERY_MS);
    return () => clearTimeout(timer);
  }, [state, revalidate]);
  return (
    <div className={classes.copying} role="status">
      <Loader size={18} aria-hidden />
      <div>
        <Text size="sm" fw={500}>
          Copying recipients…
        </Text>
        <Text size="xs" c="dimmed" className="numeric">
          {counted(copied, 'recipient', 'recipients')} so far. You can write on meanwhile; sending is possible when all are there.
        </Text>
      </div>
    </div>
  );
}
