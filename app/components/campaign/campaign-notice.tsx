import { Button, Text } from '@mantine/core';
import { Link } from '@remix-run/react';
import { may } from '#app/domain/access/roles.ts';
import { type CampaignJson, hasEnded } from '#app/domain/campaigns/campaign.ts';
import { OUTCOME_UNKNOWN } from '#app/domain/campaigns/retry-rules.ts';
import type { FailureReason } from '#app/domain/failures.ts';
import { type FailureCode, failureTexts } from '#app/domain/failures.ts';
import { Countdown } from '../countdown.tsx';
import { useNumbers } from '../number.tsx';
import { ProblemAlert } from '../problem-alert.tsx';
import { ClockTime } from '../relative-time.tsx';
import { RetryBar } from '../retry/retry-bar.tsx';
import { useViewer } from '../use-viewer.ts';
import { allSent } from './all-sent.ts';
import { UnknownActions } from './unknown-notice.tsx';

interface Props {
  campaign: CampaignJson;
  reasons: FailureReason[];
  path: string;
  /** Messages per second that the settings allow; null: they say none. */
  rate?: number | null;
  /** Can its single recipients not be sent to again any more? */
  closed?: boolean;
}

/** What stands in the way of the campaign, or how it ended, in a sentence; nothing while all goes well. */
export function CampaignNotice({ campaign, reasons, path, rate, closed }: Props) {
  const { status, hold_reason } = campaign;
  if (status === 'SENDING' && hold_reason) return <HeldNotice campaign={campaign} />;
  if (status === 'SENDING' && rate) return <SlowNotice channel={campaign.channel} rate={rate} />;
  if (status === 'PAUSED') return <PausedNotice campaign={campaign} path={path} />;
  if (status === 'CANCELLED') return <CancelledNotice campaign={campaign} />;
  if (hasEnded(status)) return <EndNotice campaign={campaign} reasons={reasons} path={path} closed={closed} />;
  return null;
}

function HeldNotice({ campaign }: { campaign: CampaignJson }) {
  const viewer = useViewer();
  if (!campaign.hold_until) {
    return (
      <ProblemAlert kind="warning" title={campaign.hold_reason?.replace(/\.$/, '')} actions={may(viewer, 'settings:write') && <ToLimits />}>
        Nothing is sent until an administrator allows it again; then sending goes on by itself. No attempt is lost.
      </ProblemAlert>
    );
  }
  return (
    <ProblemAlert kind="warning" title={campaign.hold_reason?.replace(/\.$/, '')}>
      The next try is at <ClockTime at={campaign.hold_until} /> (<Countdown at={campaign.hold_until} over="in a moment" />
      ). Sending goes on by itself as soon as it works again. No attempt is lost.
    </ProblemAlert>
  );
}

function SlowNotice({ channel, rate }: { channel: CampaignJson['channel']; rate: number }) {
  const numbers = useNumbers();
  return (
    <Text size="sm" c="dimmed">
      {channel === 'email' ? 'Email' : 'SMS'} is limited to {numbers.rate(rate)} a second in the settings, for all campaigns together.
    </Text>
  );
}

function ToLimits() {
  return (
    <Button component={Link} to="/settings/limits" variant="default">
      See the limits
    </Button>
  );
}

function PausedNotice({ campaign, path }: { campaign: CampaignJson; path: string }) {
  const { counted } = useNumbers();
  const { pending, queued, retrying, sending, known_until, unknown } = campaign;
  const waiting = pending + queued + retrying;
  if (known_until) {
    return (
      <ProblemAlert
        kind="warning"
        title="Paused, since the database was put back from a backup"
        actions={unknown > 0 && <UnknownActions campaign={campaign} path={path} />}
      >
        What was sent after <ClockTime at={known_until} /> is not known here.{' '}
        {unknown > 0
          ? `For ${counted(unknown, 'recipient', 'recipients')} nobody can tell whether the message went out: decide before you resume.`
          : 'If somebody resumed this campaign after that, resuming it again would send twice. Look at the provider first.'}
      </ProblemAlert>
    );
  }
  return (
    <ProblemAlert kind="info" title="Paused">
      {sending > 0
        ? `${counted(sending, 'message is', 'messages are')} still on the way to the provider; nothing new is sent. `
        : 'Nothing is being sent. '}
      {counted(waiting, 'recipient waits', 'recipients wait')} until you press Resume.
    </ProblemAlert>
  );
}

function CancelledNotice({ campaign }: { campaign: CampaignJson }) {
  const { counted, count } = useNumbers();
  const { sent, failed, unknown, suppressed, cancelled, pending, queued, retrying, sending } = campaign;
  // Becoming cancelled while one looks: the sentence adds up to everybody all the time.
  const onTheWay = pending + queued + retrying + sending;
  return (
    <ProblemAlert kind="info" title="Cancelled">
      {[
        `${counted(sent, 'recipient was', 'recipients were')} sent to before that`,
        ...(failed > 0 ? [`${count(failed)} failed`] : []),
        ...(unknown > 0 ? [`of ${count(unknown)} nobody knows whether the message arrived`] : []),
        ...(suppressed > 0 ? [`${counted(suppressed, 'is', 'are')} on the list of those who are never sent to`] : []),
        `${counted(cancelled + onTheWay, 'was', 'were')} not sent to`,
      ].join(', ')}
      .
    </ProblemAlert>
  );
}

/** Reasons that the providers' settings help to understand. */
const inSettings: readonly string[] = ['credentials', 'sender_not_verified', 'configuration'];

function EndNotice({ campaign, reasons, path, closed }: Props) {
  const viewer = useViewer();
  const { counted, count } = useNumbers();
  const { status, failed, pending, suppressed, bounced, failure_code, failure_reason } = campaign;
  const retry = <RetryBar campaign={campaign} reasons={reasons} path={path} />;
  if (status === 'SENT') {
    return (
      <ProblemAlert kind="success" title={allSent(campaign, { count, counted })}>
        {suppressed > 0
          ? `${counted(suppressed, 'recipient is', 'recipients are')} on the list of those who are never sent to, and ${suppressed === 1 ? 'was' : 'were'} left out.`
          : 'Every recipient was accepted by the provider.'}
        {bounced > 0 &&
          ` ${counted(bounced, 'message', 'messages')} came back since${closed ? '.' : `: ${bounced === 1 ? 'its address' : 'the addresses'} can be corrected and sent to again below.`}`}
      </ProblemAlert>
    );
  }
  const stopped = failure_code !== null && failure_code !== 'recipients_failed';
  if (stopped) {
    const text = failure_code in failureTexts ? failureTexts[failure_code as keyof typeof failureTexts] : null;
    return (
      <ProblemAlert
        kind="error"
        title={text ? `Sending stopped: ${lowerFirst(text.label)}` : 'Sending stopped'}
        code={failure_code}
        actions={
          <>
            {retry}
            {inSettings.includes(failure_code) && may(viewer, 'settings:write') && (
              <Button component={Link} to="/settings/providers" variant="default">
                See the provider’s settings
              </Button>
            )}
          </>
        }
      >
        {failure_reason ?? text?.advice}
        {pending > 0 &&
          ` ${counted(pending, 'recipient', 'recipients')} still ${pending === 1 ? 'waits' : 'wait'} to be sent to: a retry goes on with ${pending === 1 ? 'this one' : 'these'}.`}
      </ProblemAlert>
    );
  }
  // Unknown outcomes have a notice of their own: nobody knows whether these people were reached.
  const givenUp = reasons.find(({ code }) => code === OUTCOME_UNKNOWN)?.count ?? 0;
  const missed = failed - Math.min(failed, givenUp);
  if (missed + pending === 0) return retry;
  const mayPass = reasons
    .filter(({ code }) => code !== OUTCOME_UNKNOWN && failureTexts[code as FailureCode]?.mayPass)
    .reduce((sum, reason) => sum + reason.count, 0);
  return (
    <ProblemAlert
      kind={status === 'FAILED' ? 'error' : 'warning'}
      title={
        status === 'FAILED' && missed === failed && pending + campaign.unknown === 0
          ? 'Nobody could be reached'
          : `${counted(missed, 'recipient', 'recipients')} could not be reached`
      }
      actions={retry}
    >
      {mayPass > 0 && (missed > mayPass ? `For ${count(mayPass)} the reason may pass with time. ` : 'The reason may pass with time. ')}
      {missed > mayPass &&
        (mayPass > 0
          ? `${counted(missed - mayPass, 'needs', 'need')} a correction before it makes sense to send again.`
          : `A correction is needed before it makes sense to send again${closed ? '.' : '; each can be corrected and retried alone below.'}`)}
    </ProblemAlert>
  );
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
