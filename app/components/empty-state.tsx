import { Stack, Text, Title } from '@mantine/core';
import type { IconInbox } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import classes from './empty-state.module.css';

interface Props {
  icon: typeof IconInbox;
  title: string;
  /** What this place is and what the first step would be. */
  children: ReactNode;
  actions?: ReactNode;
  /** `page` where the whole page is empty, `inset` within a table or card. */
  size?: 'page' | 'inset';
}

export function EmptyState({ icon: Icon, title, children, actions, size = 'page' }: Props) {
  return (
    <Stack className={classes.root} data-size={size} align="center" gap="xs">
      <span className={classes.icon}>
        <Icon size={22} stroke={1.6} aria-hidden />
      </span>
      <Title order={2}>{title}</Title>
      <Text c="dimmed" maw={460} ta="center" component="div" style={{ textWrap: 'pretty' }}>
        {children}
      </Text>
      {actions && <div className={classes.actions}>{actions}</div>}
    </Stack>
  );
}
