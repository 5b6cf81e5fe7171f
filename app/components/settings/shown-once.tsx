import { Group } from '@mantine/core';
import type { ReactNode } from 'react';
import { CopyValue } from '../copy-value.tsx';
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
        <CopyValue value={value} />
        {actions}
      </Group>
    </ProblemAlert>
  );
}
