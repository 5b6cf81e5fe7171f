import { Button, Skeleton, Stack, Text, VisuallyHidden } from '@mantine/core';
import { Link } from '@remix-run/react';
import {
  IconAlertTriangle,
  IconCircleCheck,
  IconCircleHalf2,
  IconCloudOff,
  IconKey,
  IconUserCheck,
  IconWebhook,
} from '@tabler/icons-react';
import { may } from '#app/domain/access/roles.ts';
import type { NotificationJson } from '#app/domain/alerts/alert.ts';
import { notificationText } from '#app/domain/alerts/notification-text.ts';
import { useNumbers } from '../number.tsx';
import { RelativeTime } from '../relative-time.tsx';
import { useViewer } from '../use-viewer.ts';
import classes from './bell.module.css';
import type { Notifications } from './use-notifications.ts';

function lookOf({ type, campaign, settled }: NotificationJson) {
  if (type === 'campaign.approval_requested' && !settled) return { icon: IconUserCheck, tone: 'amber' };
  if (type === 'campaign.approved' || settled || type === 'campaign.sent') return { icon: IconCircleCheck, tone: 'green' };
  if (type.startsWith('webhook.')) return { icon: IconWebhook, tone: 'gray' };
  if (type === 'key.ending') return { icon: IconKey, tone: 'amber' };
  if (type === 'provider.degraded') return { icon: IconCloudOff, tone: 'red' };
  return campaign?.status === 'FAILED' ? { icon: IconAlertTriangle, tone: 'red' } : { icon: IconCircleHalf2, tone: 'amber' };
}

/** The bell's list in all its states. `onLeave` is called when somebody follows one. */
export function NotificationList({ notifications, onLeave }: { notifications: Notifications; onLeave: () => void }) {
  const { list, failed, load, markRead } = notifications;
  const { count } = useNumbers();
  const runs = may(useViewer(), 'settings:write');
  if (failed) {
    return (
      <Stack p="lg" gap="xs" align="center" role="alert">
        <Text size="sm" c="dimmed">
          The notifications could not be read.
        </Text>
        <Button size="compact-sm" variant="default" onClick={load}>
          Try again
        </Button>
      </Stack>
    );
  }
  if (!list) {
    return (
      <Stack p="md" gap={12} role="status">
        <VisuallyHidden>Loading notifications</VisuallyHidden>
        <Skeleton h={12} w="70%" />
        <Skeleton h={12} w="55%" />
        <Skeleton h={12} w="62%" />
      </Stack>
    );
  }
  if (list.length === 0) {
    return (
      <Text p="lg" ta="center" size="sm" c="dimmed">
        Nothing so far. You are told here when a campaign has ended, or needs somebody.
      </Text>
    );
  }
  return (
    <ul className={classes.list}>
      {list.map((notification) => {
        const { title, detail, to } = notificationText(notification, count, runs);
        const { icon: Icon, tone } = lookOf(notification);
        return (
          <li key={notification.id} className={classes.item} data-unread={(!notification.read && !notification.settled) || undefined}>
            <span className={classes.icon} data-tone={tone}>
              <Icon size={17} stroke={1.8} aria-hidden />
            </span>
            <div className={classes.words}>
              <Link
                to={to}
                className={`name ${classes.title}`}
                onClick={() => {
                  if (!notification.read) markRead(notification.id);
                  onLeave();
                }}
              >
                {title}
              </Link>
              <span className={classes.detail}>{detail}</span>
              <span className={classes.time}>
                <RelativeTime at={notification.at} />
                {!notification.read && !notification.settled && <VisuallyHidden>, unread</VisuallyHidden>}
              </span>
            </div>
          </li>
        );
      })}
    </ul>
  );
}
