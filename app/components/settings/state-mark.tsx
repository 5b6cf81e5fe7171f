import type { IconCheck } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import classes from './settings.module.css';

interface Props {
  tone: 'green' | 'amber' | 'red' | 'gray';
  icon: typeof IconCheck;
  children: ReactNode;
}

/** A state in a word, with its icon: colour never stands alone. */
export function StateMark({ tone, icon: Icon, children }: Props) {
  return (
    <span className={classes.state} data-tone={tone}>
      <Icon size={13} stroke={2} aria-hidden />
      {children}
    </span>
  );
}
