import { Title } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './settings.module.css';

/** The head of one settings page or of a part of it: what it is for, and its act. */
export function SectionHead({ title, children, actions }: { title: ReactNode; children?: ReactNode; actions?: ReactNode }) {
  return (
    <div className={classes.head}>
      <div className={classes.headWords}>
        <Title order={2}>{title}</Title>
        {children && <p>{children}</p>}
      </div>
      {actions}
    </div>
  );
}
