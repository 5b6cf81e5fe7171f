import { Paper, Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconCircleDashed, IconCircleX } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import classes from './editor.module.css';
import type { ChecklistItem } from './readiness.ts';

const looks = {
  done: { icon: IconCircleCheck, color: 'var(--tone-green-fg)', word: 'Done' },
  missing: { icon: IconCircleDashed, color: 'var(--mantine-color-dimmed)', word: 'Missing' },
  broken: { icon: IconCircleX, color: 'var(--tone-red-fg)', word: 'To correct' },
  warning: { icon: IconAlertTriangle, color: 'var(--tone-amber-fg)', word: 'To check' },
};

/** What still stands between this draft and its recipients; each line leads to its place. */
export function Checklist({ items, children }: { items: ChecklistItem[]; children?: ReactNode }) {
  const warned = items.some((item) => item.state === 'warning');
  const open = items.filter((item) => item.state === 'missing' || item.state === 'broken').length;
  return (
    <Paper p="md" component="aside" aria-label="Checklist" className={classes.checklist}>
      <Text fw={600} mb={2}>
        {open > 0 ? 'Before you send' : warned ? 'Ready to send, with warnings' : 'Ready to send'}
      </Text>
      <Text size="xs" c="dimmed" mb="sm">
        {open === 0
          ? warned
            ? 'Look at the warnings, then send.'
            : 'Look at the review, then send.'
          : `${open} of ${items.length} open, in any order`}
      </Text>
      <ol className={classes.items}>
        {items.map(({ key, label, detail, state, href }) => {
          const { icon: Icon, color, word } = looks[state];
          return (
            <li key={key}>
              <a href={href} className={classes.item}>
                <Icon size={17} stroke={1.9} style={{ color }} role="img" aria-label={word} />
                <span>
                  {label}
                  {state === 'broken' ? (
                    <span className={classes.detail}>{key === 'schedule' || key === 'saved' ? detail : 'Has an error'}</span>
                  ) : (
                    detail && <span className={classes.detail}>{detail}</span>
                  )}
                </span>
              </a>
            </li>
          );
        })}
      </ol>
      {children}
    </Paper>
  );
}
