import { Button, Group, Progress, Text } from '@mantine/core';
import { useFetcher, useRevalidator } from '@remix-run/react';
import { useEffect } from 'react';
import type { RunningImport } from '#app/domain/contacts/import-record.ts';
import { useNumbers } from '../number.tsx';
import classes from './contacts.module.css';

const LOOK_EVERY_MS = 1_000;

/** Imports that run, in this tab or any other, with their count and a way to stop them; and those that failed, until somebody has seen it. */
export function RunningImports({ runs }: { runs: RunningImport[] }) {
  const { counted } = useNumbers();
  const { state, revalidate } = useRevalidator();
  const fetcher = useFetcher();
  const running = runs.some((run) => run.state !== 'failed');
  useEffect(() => {
    if (!running || state !== 'idle') return;
    const timer = setTimeout(revalidate, LOOK_EVERY_MS);
    return () => clearTimeout(timer);
  }, [running, state, revalidate]);
  const act = (intent: string, id: number) => fetcher.submit({ intent, run: String(id) }, { method: 'post' });

  return runs.map((run) => (
    <div key={run.id} className={classes.sending} role="status">
      <Group justify="space-between" wrap="nowrap" mb={run.state === 'failed' ? 0 : 8}>
        <div style={{ minWidth: 0 }}>
          <Text size="sm" fw={500} truncate className="name">
            {run.state === 'failed' ? 'Not imported: ' : 'Checking and importing '}
            {run.file_name ?? 'a list sent through the API'}
          </Text>
          <Text size="xs" c="dimmed">
            {run.state === 'failed'
              ? run.message
              : run.state === 'saving'
                ? `Saving ${counted(run.rows, 'row', 'rows')}`
                : `${counted(run.rows, 'row', 'rows')} read`}
          </Text>
        </div>
        <Button
          size="compact-xs"
          variant="subtle"
          color="gray"
          onClick={() => act(run.state === 'failed' ? 'dismiss-import' : 'stop-import', run.id)}
        >
          {run.state === 'failed' ? 'Dismiss' : 'Stop'}
        </Button>
      </Group>
      {run.state !== 'failed' && <Progress value={100} animated aria-label={`Importing ${run.file_name ?? 'a list'}`} />}
    </div>
  ));
}
