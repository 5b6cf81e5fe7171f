import { Anchor, Button, Text, Title } from '@mantine/core';
import { modals } from '@mantine/modals';
import { Link, type useFetcher } from '@remix-run/react';
import { IconCalendarOff, IconClockHour4, IconSend } from '@tabler/icons-react';
import type { CampaignJson } from '#app/domain/campaigns/campaign.ts';
import type { ActAnswer } from '../act-answer.ts';
import { Countdown } from '../countdown.tsx';
import { useNumbers } from '../number.tsx';
import { PlannedTime } from './planned-time.tsx';
import classes from './schedule.module.css';

interface Props {
  campaign: CampaignJson & { scheduled_at: string };
  path: string;
  maySend: boolean;
  online: boolean;
  fetcher: ReturnType<typeof useFetcher<ActAnswer>>;
}

/** A campaign that waits for its time: when that is, to whom it goes, and the ways to change it. */
export function ScheduledHero({ campaign, path, maySend, online, fetcher }: Props) {
  const { counted } = useNumbers();
  const { scheduled_at, time_zone, pending, name } = campaign;
  const waits = campaign.approval?.state === 'waiting';
  const who = counted(pending, 'person', 'people');
  const askToSend = () =>
    modals.openConfirmModal({
      title: `Send to ${who} now?`,
      children: (
        <Text size="sm">
          <strong className="name">{name}</strong> goes out at once instead of at its time. Messages that have left cannot be called back.
        </Text>
      ),
      labels: { confirm: `Send to ${who}`, cancel: 'Wait for its time' },
      onConfirm: () => fetcher.submit({ intent: 'send_now' }, { method: 'post', action: path }),
    });
  return (
    <section className={classes.hero} aria-label="Schedule">
      <span className={classes.icon}>
        <IconClockHour4 size={24} stroke={1.6} aria-hidden />
      </span>
      <div className={classes.words}>
        <Title order={2} className={classes.when}>
          <Countdown at={scheduled_at} over="Starting now" />
        </Title>
        <PlannedTime at={scheduled_at} timeZone={time_zone} />
        <Text size="sm" c="dimmed" suppressHydrationWarning>
          Goes to {who}. Content and list are fixed until then; unschedule it to change something.
        </Text>
        {waits && (
          <Text size="sm" className={classes.waits}>
            It waits for an approval, and does not go out without.{' '}
            <Anchor component={Link} to={`${path}/approval`} size="sm">
              See what is to be approved
            </Anchor>
          </Text>
        )}
      </div>
      {maySend && (
        <div className={classes.acts}>
          <Button
            className="needs-script"
            variant="default"
            leftSection={<IconSend size={16} stroke={1.7} aria-hidden />}
            onClick={askToSend}
            disabled={!online}
          >
            <span suppressHydrationWarning>Send to {who} now</span>
          </Button>
          <fetcher.Form method="post" action={path}>
            <Button
              type="submit"
              name="intent"
              value="unschedule"
              variant="default"
              leftSection={<IconCalendarOff size={16} stroke={1.7} aria-hidden />}
              loading={fetcher.state !== 'idle'}
              disabled={!online}
            >
              Unschedule
            </Button>
          </fetcher.Form>
        </div>
      )}
    </section>
  );
}
