import { Button, Paper, Text, Textarea, Title } from '@mantine/core';
import { Form, Link, useNavigation } from '@remix-run/react';
import { IconCheck, IconX } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import type { ApprovalJson } from '#app/domain/campaigns/approval.ts';
import type { CampaignJson } from '#app/domain/campaigns/campaign.ts';
import { Answers } from '../answers.tsx';
import { CampaignMessage } from '../campaign-message/campaign-message.tsx';
import { channelLabels } from '../channel-mark.tsx';
import { useNumbers } from '../number.tsx';
import { PageHeader } from '../page-header.tsx';
import { ProblemAlert } from '../problem-alert.tsx';
import { RelativeTime } from '../relative-time.tsx';
import { PlannedTime } from '../schedule/planned-time.tsx';
import { CampaignStatusBadge } from '../status-badge.tsx';
import classes from './approval.module.css';
import { type ApprovalView, isAnother, nameOfVersion, shownOf } from './shown-version.ts';

/**
 * Exactly what will go out and to whom, for the one who says yes or no; made for a phone too. What stands here is what was loaded when somebody began to
 * look, message and all: another version that is asked for meanwhile takes its place, and can be approved, only when they ask to see it.
 */
export function ApprovalPage(loaded: ApprovalView) {
  const { counted } = useNumbers();
  const [seen, setSeen] = useState(loaded);
  const top = useRef<HTMLDivElement>(null);
  /** Did they press one of the buttons? What others decide meanwhile moves nothing under their eyes. */
  const decided = useRef<object | null>(null);
  const another = isAnother(seen.approval, loaded.approval);
  const { campaign, approval, sample, suppressed, warnings, mayNot, own, refused } = shownOf(seen, loaded);
  const open = approval.state === 'waiting' && (campaign.status === 'DRAFT' || campaign.status === 'SCHEDULED');
  return (
    <>
      <PageHeader
        back={{ to: '/', label: 'Campaigns' }}
        title={campaign.name}
        badge={<CampaignStatusBadge status={campaign.status} />}
        description={
          approval.asked_at && (
            <>
              {approval.asked_by} asked for an approval <RelativeTime at={approval.asked_at} />
            </>
          )
        }
        actions={
          <Button component={Link} to={`/campaigns/${campaign.id}`} variant="default">
            Open the campaign
          </Button>
        }
      />
      <div className={classes.stack} ref={top} tabIndex={-1}>
        <Answers answer={refused ?? (open ? null : decided.current)}>
          {refused && <ProblemAlert title={refused.title}>{refused.detail}</ProblemAlert>}
          <Outcome campaign={campaign} approval={approval} />
        </Answers>
        <dl className={classes.facts}>
          <Fact term="To">
            {counted(campaign.total, 'person', 'people')}
            {suppressed > 0 && (
              <span className={classes.quiet}>of whom {counted(suppressed, 'is', 'are')} on the suppression list and left out</span>
            )}
          </Fact>
          <Fact term="From">{approval.sender ?? campaign.from}</Fact>
          {campaign.channel === 'email' && <Fact term="Subject">{campaign.subject}</Fact>}
          <Fact term="By">{channelLabels[campaign.channel]}</Fact>
          <Fact term="When">
            {approval.scheduled_at ? (
              <PlannedTime at={approval.scheduled_at} timeZone={approval.time_zone} />
            ) : approval.send ? (
              'As soon as it is approved'
            ) : (
              'When somebody sends it, within 7 days of the approval'
            )}
            {approval.scheduled_at && (
              <span className={classes.quiet}>
                {approval.send || campaign.status === 'SCHEDULED'
                  ? 'It goes out by itself at that time, if it is approved by then.'
                  : 'Somebody still has to schedule or send it, up to 7 days after that time.'}
              </span>
            )}
          </Fact>
          <Fact term="If nobody knows whether it arrived">
            {campaign.unknown_policy === 'resend' ? 'It is sent again' : 'A person decides'}
          </Fact>
          <Fact term="Retry rounds">{campaign.max_retries === 0 ? 'None' : `Up to ${campaign.max_retries}`}</Fact>
          <Fact term="What is approved">
            <span className={classes.hash}>{approval.hash}</span>
            <span className={classes.quiet}>A hash of all this and of the list. Any change of it withdraws the approval.</span>
          </Fact>
        </dl>
        {open && warnings.length > 0 && (
          <ProblemAlert kind="warning" title="To look at">
            {warnings.join(' ')}
          </ProblemAlert>
        )}
        <CampaignMessage key={nameOfVersion(approval)} campaign={campaign} shown />
        <Paper p="md" component="section" aria-labelledby="sample">
          <Title order={2} id="sample" size="sm">
            {sample.length < campaign.total ? `${sample.length} of the list` : 'The list'}
          </Title>
          <ul className={classes.sample}>
            {sample.map((address) => (
              <li key={address} className="name" translate="no">
                {address}
              </li>
            ))}
          </ul>
        </Paper>
        {another ? (
          <Changed
            onShow={() => {
              setSeen(loaded);
              top.current?.focus();
            }}
          />
        ) : (
          open && (
            <Decide
              campaign={campaign}
              approval={approval}
              mayNot={mayNot}
              own={own}
              onDecide={() => {
                decided.current = {};
              }}
            />
          )
        )}
      </div>
    </>
  );
}

/** In the place of the decision: what was looked at is not what would be decided. */
export function Changed({ onShow }: { onShow: () => void }) {
  return (
    <ProblemAlert
      kind="warning"
      title="It changed while you looked"
      actions={
        <Button size="md" variant="default" onClick={onShow}>
          Show it as it is now
        </Button>
      }
    >
      Above is what you saw. An approval of something else was asked for since, and you can decide it once you have seen it.
    </ProblemAlert>
  );
}

function Fact({ term, children }: { term: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd className="name" dir="auto">
        {children}
      </dd>
    </div>
  );
}

interface DecideProps extends Pick<ApprovalView, 'campaign' | 'approval' | 'mayNot' | 'own'> {
  onDecide: () => void;
}

function Decide({ campaign, approval, mayNot, own, onDecide }: DecideProps) {
  const { counted } = useNumbers();
  const { state, formData } = useNavigation();
  const busy = (intent: string) => state !== 'idle' && formData?.get('intent') === intent;
  if (mayNot !== null && !own) {
    return (
      <ProblemAlert kind="info" title="You cannot approve this">
        {mayNot}
      </ProblemAlert>
    );
  }
  const goes = approval.send && !approval.scheduled_at;
  return (
    <Paper component="section" aria-label="Decision" className={classes.decide}>
      {own ? (
        <Text size="sm">You asked for this approval, so somebody else gives it. You can take it back.</Text>
      ) : (
        <Text size="sm">
          You approve this message, its settings and this list, and nothing else.{' '}
          {goes ? 'It goes out at once then, and messages that have left cannot be called back.' : ''}
        </Text>
      )}
      <Form method="post" replace preventScrollReset className={classes.decide} style={{ padding: 0 }} onSubmit={onDecide}>
        <input type="hidden" name="hash" value={approval.hash ?? ''} />
        <input type="hidden" name="revision" value={approval.revision ?? ''} />
        {!own && (
          <Textarea
            name="note"
            label="A word to who asked"
            description={`${approval.asked_by} reads it where you decline.`}
            autosize
            minRows={2}
            maxLength={1000}
          />
        )}
        <div className={classes.acts}>
          {!own && (
            <Button
              type="submit"
              name="intent"
              value="approve"
              size="md"
              leftSection={<IconCheck size={17} aria-hidden />}
              loading={busy('approve')}
              disabled={state !== 'idle'}
            >
              {goes
                ? `Approve and send to ${counted(campaign.total, 'person', 'people')}`
                : `Approve for ${counted(campaign.total, 'person', 'people')}`}
            </Button>
          )}
          <Button
            type="submit"
            name="intent"
            value="decline"
            size="md"
            variant="default"
            leftSection={<IconX size={17} aria-hidden />}
            loading={busy('decline')}
            disabled={state !== 'idle'}
          >
            {own ? 'Take it back' : 'Decline'}
          </Button>
        </div>
      </Form>
    </Paper>
  );
}

/** What became of it, once it is decided. */
function Outcome({ campaign, approval }: { campaign: CampaignJson; approval: ApprovalJson }) {
  if (approval.state === 'approved' && approval.approved_at) {
    const waits = campaign.status === 'DRAFT';
    return (
      <ProblemAlert
        kind="success"
        title={
          <>
            {approval.approved_by} approved it <RelativeTime at={approval.approved_at} />
          </>
        }
      >
        {campaign.status === 'SCHEDULED'
          ? 'It goes out at its time.'
          : waits
            ? `${approval.asked_by} can send it now.`
            : campaign.status === 'CANCELLED'
              ? campaign.started_at
                ? 'It began to go out as it was approved, and was cancelled then.'
                : 'It was cancelled before it went out.'
              : 'It went out as it was approved.'}
      </ProblemAlert>
    );
  }
  if (approval.state === 'declined') {
    return (
      <ProblemAlert kind="info" title={`${approval.declined_by} declined it`}>
        {approval.note ?? 'Without a word why.'}
      </ProblemAlert>
    );
  }
  if (approval.state === 'withdrawn') {
    return (
      <ProblemAlert kind="info" title="There is nothing to approve any more">
        {approval.withdrawn_why}
      </ProblemAlert>
    );
  }
  return null;
}
