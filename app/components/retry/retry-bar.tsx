import { Button } from '@mantine/core';
import { Form, Link, useLocation } from '@remix-run/react';
import { IconCopy, IconRefresh } from '@tabler/icons-react';
import { may, refusal } from '#app/domain/access/roles.ts';
import type { CampaignJson } from '#app/domain/campaigns/campaign.ts';
import { notReached } from '#app/domain/campaigns/not-reached.ts';
import { useServerNow } from '#app/realtime/server-clock.ts';
import type { FailureReason } from '../campaign/failure-reasons.tsx';
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
          <span className="numeric" translate="no" suppressHydrationWarning>
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
        <span className="numeric" translate="no" suppressHydrationWarning>
          {offer.label} <span className={classes.attempts}>{offer.left}</span>
        </span>
      </Button>
      <p className={classes.closed} id="retry-closed">
        {shut}
      </p>
      {offer.closed && may(viewer, 'campaigns:write') && <CloneButton path={path} notReached={notReached(campaign, reasons)} />}
    </div>
  );
}

/** Makes a new draft of this campaign for those whom it did not reach, and opens it; for the whole list where it reached nobody or all. */
export function CloneButton({ path, notReached: people }: { path: string; notReached: number }) {
  const { count } = useNumbers();
  return (
    <Form method="post" action={path}>
      {people > 0 && <input type="hidden" name="recipients" value="not_reached" />}
      <Button type="submit" name="intent" value="clone" variant="default" leftSection={<IconCopy size={16} stroke={1.8} aria-hidden />}>
        <span translate="no" suppressHydrationWarning>
          {people > 0 ? `Clone with the ${count(people)} not reached` : 'Clone'}
        </span>
      </Button>
    </Form>
  );
}
