import { ActionIcon, Button, Popover, type PopoverProps, Text, VisuallyHidden } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconBell } from '@tabler/icons-react';
import { notificationText } from '#app/domain/alerts/notification-text.ts';
import { useNumbers } from '../number.tsx';
import classes from './bell.module.css';
import { NotificationList } from './notification-list.tsx';
import type { Notifications } from './use-notifications.ts';

const MOST_SHOWN = 99;

/** What happened while nobody looked: campaigns that ended, providers in trouble, alerts that did not arrive. */
export function Bell({ notifications, position }: { notifications: Notifications; position: NonNullable<PopoverProps['position']> }) {
  const { unread, newest, load, markRead } = notifications;
  const [opened, { open, close }] = useDisclosure(false);
  const { count } = useNumbers();
  const toggle = () => {
    if (opened) return close();
    load();
    open();
  };
  return (
    <>
      <Popover
        opened={opened}
        onChange={close}
        position={position}
        offset={8}
        width="min(380px, calc(100vw - 24px))"
        trapFocus
        returnFocus
        shadow="md"
      >
        <Popover.Target popupType="dialog">
          <ActionIcon
            size={34}
            className={`needs-script ${classes.bell}`}
            onClick={toggle}
            aria-label={unread === 0 ? 'Notifications' : `Notifications, ${count(unread)} unread`}
          >
            <IconBell size={19} stroke={1.7} aria-hidden />
            {unread > 0 && (
              <span className={classes.count} translate="no" aria-hidden>
                {unread > MOST_SHOWN ? `${MOST_SHOWN}+` : unread}
              </span>
            )}
          </ActionIcon>
        </Popover.Target>
        <Popover.Dropdown p={0} aria-label="Notifications" className={classes.panel}>
          <div className={classes.head}>
            <Text fw={600}>Notifications</Text>
            {unread > 0 && (
              <Button variant="subtle" size="compact-sm" onClick={() => markRead('all')}>
                Mark all as read
              </Button>
            )}
          </div>
          <NotificationList notifications={notifications} onLeave={close} />
        </Popover.Dropdown>
      </Popover>
      <VisuallyHidden role="status">{newest ? `New notification: ${notificationText(newest, count).title}` : ''}</VisuallyHidden>
    </>
  );
}
