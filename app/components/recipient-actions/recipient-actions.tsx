import { Text } from '@mantine/core';
import { useFetcher } from '@remix-run/react';
import { may, refusal } from '#app/domain/access/roles.ts';
import type { CampaignJson } from '#app/domain/campaigns/campaign.ts';
import { singleRetryClosed } from '#app/domain/campaigns/retry-rules.ts';
import type { RecipientJson } from '#app/domain/recipients/recipient.ts';
import { useServerNow } from '#app/realtime/server-clock.ts';
import type { ActAnswer } from '../campaign/act-answer.ts';
import { ProblemAlert } from '../problem-alert.tsx';
import { useReader } from '../reader-context.tsx';
import { useViewer } from '../use-viewer.ts';
import { DecideUnknown } from './decide-unknown.tsx';
import classes from './recipient-actions.module.css';
import { RetryOne } from './retry-one.tsx';

interface Props {
  recipient: RecipientJson;
  campaign: CampaignJson;
  /** Where the forms go: the story's own path. */
  action: string;
  /** Of a form that was sent without scripts. */
  answer: ActAnswer | undefined;
}

/** What can be done for one recipient, by state and role: send again, at a corrected address, or decide what nobody knows. */
export function RecipientActions({ recipient, campaign, action, answer }: Props) {
  const viewer = useViewer();
  const now = useServerNow(useReader().now);
  const fetcher = useFetcher<ActAnswer>({ key: `act on ${recipient.id}` });
  const held = recipient.status === 'unknown' && recipient.unknown_until === null;
  if (recipient.status !== 'failed' && !held) return null;
  if (!may(viewer, 'recipients:retry')) {
    return (
      <Text size="xs" c="dimmed" mt="xs">
        {refusal(viewer, 'recipients:retry')}
      </Text>
    );
  }
  const problem = fetcher.state === 'idle' ? (fetcher.data ?? answer)?.problem : null;
  const failedAt = campaign.failed_at ? new Date(campaign.failed_at) : null;
  const windowS = failedAt && campaign.retry_until ? (Date.parse(campaign.retry_until) - failedAt.getTime()) / 1_000 : 0;
  const closed = singleRetryClosed({ status: campaign.status, failed_at: failedAt }, new Date(now), windowS);
  const shared = { recipient, channel: campaign.channel, action, fetcher };
  return (
    <section className={classes.root} aria-label="What you can do">
      {problem && <ProblemAlert title={problem.title}>{problem.detail}</ProblemAlert>}
      {held ? (
        <DecideUnknown key={recipient.round} {...shared} maySend={campaign.status !== 'CANCELLED'} />
      ) : closed ? (
        <Text size="sm" c="dimmed">
          {closed.message}
        </Text>
      ) : (
        <RetryOne key={`${recipient.round} ${recipient.address}`} {...shared} />
      )}
    </section>
  );
}
