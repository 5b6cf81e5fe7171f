import { Button, Text } from '@mantine/core';
import { useFetcher } from '@remix-run/react';
import { may, refusal } from '#app/domain/access/roles.ts';
import type { CampaignJson } from '#app/domain/campaigns/campaign.ts';
import type { SuppressedAddress } from '#app/domain/people/person.ts';
import type { RecipientJson } from '#app/domain/recipients/recipient.ts';
import { cameBack } from '#app/domain/recipients/recipient-retry.ts';
import { mayResolve, mayTakeBack } from '#app/domain/recipients/resolutions.ts';
import type { ActAnswer } from '../act-answer.ts';
import { ProblemAlert } from '../problem-alert.tsx';
import { useViewer } from '../use-viewer.ts';
import { DecideUnknown } from './decide-unknown.tsx';
import classes from './recipient-actions.module.css';
import { RetryOne } from './retry-one.tsx';

interface Props {
  recipient: RecipientJson;
  campaign: Pick<CampaignJson, 'channel'>;
  /** Nobody sends to the address of now. */
  suppressed: SuppressedAddress | null;
  /** Why it cannot be sent to again; null where it can. */
  closed: string | null;
  /** Where the forms go: the story's own path. */
  action: string;
  /** Of a form that was sent without scripts. */
  answer: ActAnswer | undefined;
}

/** What can be done for one recipient, by state and role: send again, at a corrected address, or decide what nobody knows. */
export function RecipientActions({ recipient, campaign, suppressed, closed, action, answer }: Props) {
  const viewer = useViewer();
  const fetcher = useFetcher<ActAnswer>({ key: `act on ${recipient.id}` });
  const undecided = mayResolve(recipient);
  const returned = recipient.status === 'sent' && cameBack(recipient.delivery);
  if (recipient.status !== 'failed' && !undecided && !returned) return null;
  if (!may(viewer, 'recipients:retry')) {
    return (
      <Text size="xs" c="dimmed" mt="xs">
        {refusal(viewer, 'recipients:retry')}
      </Text>
    );
  }
  const problem = fetcher.state === 'idle' ? (fetcher.data ?? answer)?.problem : null;
  const shared = { recipient, channel: campaign.channel, action, fetcher };
  return (
    <section className={classes.root} aria-label="What you can do">
      {problem && <ProblemAlert title={problem.title}>{problem.detail}</ProblemAlert>}
      {undecided && <DecideUnknown key={recipient.round} {...shared} closed={closed} />}
      {!undecided &&
        (closed ? (
          <Text size="sm" c="dimmed">
            {closed}
          </Text>
        ) : (
          <RetryOne key={`${recipient.round} ${recipient.address}`} {...shared} suppressed={suppressed !== null} />
        ))}
      {mayTakeBack(recipient) && (
        <fetcher.Form method="post" action={action} className={classes.foot}>
          <input type="hidden" name="intent" value="resolve" />
          <Button type="submit" name="outcome" value="sent" size="compact-sm" variant="default" loading={fetcher.state !== 'idle'}>
            It did arrive
          </Button>
          <p className={classes.hint}>Takes back what was decided. Counts as sent; nothing is sent now.</p>
        </fetcher.Form>
      )}
    </section>
  );
}
