import { Button, CopyButton, Group } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { ProblemAlert } from '../problem-alert.tsx';
import classes from './settings.module.css';

interface Props {
  title: string;
  value: string;
  /** What it is for. */
  children: ReactNode;
  actions?: ReactNode;
}

/** A secret that was made just now and is kept nowhere where it could be read again. */
export function ShownOnce({ title, value, children, actions }: Props) {
  return (
    <ProblemAlert kind="success" title={title}>
      <div style={{ marginBottom: 8 }}>{children} It is shown this once only.</div>
      <div className={classes.secret}>{value}</div>
      <Group gap="xs" mt="sm">
        <CopyButton value={value}>
          {({ copied, copy }) => (
            <Button
              className="needs-script"
              size="compact-sm"
              onClick={copy}
              leftSection={copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}
            >
              {copied ? 'Copied' : 'Copy'}
            </Button>
          )}
        </CopyButton>
        {actions}
      </Group>
    </ProblemAlert>
  );
}
