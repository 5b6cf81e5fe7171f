import { Button } from '@mantine/core';
import { Form, Link, useLocation } from '@remix-run/react';
import { IconCopy, IconRefresh } from '@tabler/icons-react';
import { may, refusal } from '#app/domain/access/roles.ts';
import type { CampaignJson } from '#app/domain/campaigns/campaign.ts';
import { notReached } from '#app/domain/campaigns/not-reached.ts';
import type { FailureReason } from '#app/domain/failures.ts';
import { useServerNow } from '#app/realtime/server-clock.ts';
import { useNumbers } from '../number.tsx';
import { useReader } from '../reader-context.tsx';
import { useViewer } from '../use-viewer.ts';
import classes from './retry.module.css';
import { retryOffer } from './retry-offer.ts';
import { RetryUntil } from './retry-until.tsx';

interface Props {
  campaign: CampaignJson;
  reasons: FailureReason[];
  path: string;
}

/** "Retry 188 failed (2 rounds left), until tomorrow 14:05". Where it may not be pressed it says why, and what to do instead. */
export function RetryBar({ campaign, reasons, path }: Props) {
  const { count } = useNumbers();
  const { search } = useLocation();
  const viewer = useViewer();
  const now = useServerNow(useReader().now);
  const offer = retryOffer(campaign, reasons, now, count);
  if (!offer) return null;
  const mayNot = may(viewer, 'campaigns:send') ? null : refusal(viewer, 'campaigns:send');
  const left = notReached(campaign, reasons);
  const shut = offer.closed ?? mayNot;
  const icon = <IconRefresh size={16} stroke={1.9} aria-hidden />;
  if (shut === null) {
    return (
      <div className={classes.bar}>
        <Button
          component={Link}
          to={{ pathname: `${path}/retry`, search }}
          preventScrollReset
          leftSection={icon}
          variant={offer.worthwhile ? 'filled' : 'default'}
        >
          <span className="numeric" suppressHydrationWarning>
            {offer.label} <span className={classes.attempts}>{offer.left}</span>
          </span>
        </Button>
        <RetryUntil at={offer.until} />
      </div>
    );
  }
  return (
    <div className={classes.bar}>
      <Button disabled leftSection={icon} aria-describedby="retry-closed">
        <span className="numeric" suppressHydrationWarning>
          {offer.label} <span className={classes.attempts}>{offer.left}</span>
        </span>
      </Button>
      <p className={classes.closed} id="retry-closed">
        {shut}
        {offer.closed &&
          left > 0 &&
          ' A clone with those not reached is a new draft for them alone. The Clone of the menu above goes to the whole list, also to those who got this one.'}
        {offer.closed && left === 0 && campaign.sent > 0 && ' A clone goes to the whole list, also to those who got this one.'}
      </p>
      {offer.closed && may(viewer, 'campaigns:write') && <CloneButton path={path} notReached={left > 0 ? left : undefined} />}
    </div>
  );
}

/** Makes a new draft of this campaign and opens it. */
export function CloneButton({ path, notReached }: { path: string; notReached?: number | undefined }) {
  const { count } = useNumbers();
  return (
    <Form method="post" action={path}>
      {notReached !== undefined && <input type="hidden" name="recipients" value="not_reached" />}
      <Button type="submit" name="intent" value="clone" variant="default" leftSection={<IconCopy size={16} stroke={1.8} aria-hidden />}>
        {notReached === undefined ? 'Clone' : <span suppressHydrationWarning>Clone with the {count(notReached)} not reached</span>}
      </Button>
    </Form>
  );
}
