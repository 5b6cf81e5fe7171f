import { Progress, Text } from '@mantine/core';
import { useRevalidator } from '@remix-run/react';
import { useEffect } from 'react';
import type { CampaignJson } from '#app/domain/campaigns/campaign.ts';
import { useNumbers } from '../number.tsx';
import classes from './contacts.module.css';

const LOOK_EVERY_MS = 1_000;

/** A long list while a task copies or removes it; looks again every second until that is done. */
export function ListInWork({ campaign }: { campaign: CampaignJson }) {
  const { counted, count } = useNumbers();
  const { state, revalidate } = useRevalidator();
  useEffect(() => {
    if (state !== 'idle') return;
    const timer = setTimeout(revalidate, LOOK_EVERY_MS);
    return () => clearTimeout(timer);
  }, [state, revalidate]);
  const { emptying, total } = campaign;
  const all = campaign.preparing_of ?? total;
  const done = emptying ? all - total : total;
  const title = emptying ? 'Removing recipients' : 'Copying recipients';
  return (
    <div className={classes.working}>
      <Text size="sm" fw={500} role="status">
        {title}
      </Text>
      <Progress value={all > 0 ? (done / all) * 100 : 100} animated my={10} aria-label={title} />
      <Text size="xs" c="dimmed" className="numeric">
        {count(done)} of {counted(all, 'recipient', 'recipients')}. You can write on meanwhile;{' '}
        {emptying ? 'another list can be brought when all are gone.' : 'sending is possible when all are there.'}
      </Text>
    </div>
  );
}
