import { Paper, Title } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import classes from './editor.module.css';

interface Props {
  id: string;
  title: string;
  step: number;
  done: boolean;
  aside?: ReactNode;
  children: ReactNode;
}

/** One of the steps. They may be taken in any order; the mark says which are complete. */
export function Section({ id, title, step, done, aside, children }: Props) {
  return (
    <Paper component="section" id={id} aria-labelledby={`${id}-title`} className={classes.section}>
      <header className={classes.sectionHead}>
        <span className={classes.step} data-done={done || undefined} aria-hidden>
          {done ? <IconCheck size={14} stroke={2.6} /> : step}
        </span>
        <Title order={2} id={`${id}-title`} className={classes.sectionTitle}>
          {title}
        </Title>
        {aside && <div className={classes.aside}>{aside}</div>}
      </header>
      {children}
    </Paper>
  );
}
